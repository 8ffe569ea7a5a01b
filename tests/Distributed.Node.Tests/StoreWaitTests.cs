using Distributed.Cluster.Hosting;
using Distributed.Node.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Node.Tests;

public sealed class StoreWaitTests
{
    [Fact]
    public async Task It_asks_again_with_growing_bounded_pauses_until_the_database_answers()
    {
        var clock = new LeapingClock();
        var asked = new List<double>();
        await StoreWait.RunAsync(Ask, NullLogger.Instance, clock, default);
        Assert.Equal([0, 0.25, 0.75, 1.75, 3.75, 7.75, 11.75], asked);

        Task<StoreAnswer> Ask(CancellationToken cancellation)
        {
            asked.Add(clock.Now.TotalSeconds);
            return Task.FromResult(new StoreAnswer(asked.Count == 7, false, "starting up"));
        }
    }

    [Fact]
    public async Task A_wrong_password_ends_the_wait_at_once()
    {
        var failure = await Assert.ThrowsAsync<NodeSettingException>(() => StoreWait.RunAsync(
            _ => Task.FromResult(new StoreAnswer(false, true, "password authentication failed")), NullLogger.Instance, new LeapingClock(), default));
        Assert.Contains("password authentication failed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_does_not_wait_for_ever() => await Assert.ThrowsAsync<TimeoutException>(() => StoreWait.RunAsync(
        _ => Task.FromResult(new StoreAnswer(false, false, "does not answer")), NullLogger.Instance, new LeapingClock(), default));

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for()
    {
        var answer = await StoreProbe.AskAsync(StoreSettings.Parse("Host=127.0.0.1;Port=1;Username=u;Database=d"), default);
        Assert.False(answer.IsThere);
        Assert.False(answer.IsHopeless);
        Assert.Contains("127.0.0.1:1 does not answer", answer.Reason, StringComparison.Ordinal);
    }

    /// <summary>A clock on which every pause passes at once.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        public TimeSpan Now { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero) Now += dueTime;
            return TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
