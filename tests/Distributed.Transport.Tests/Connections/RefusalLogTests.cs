using Distributed.Transport.Connections;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Tests.Connections;

public sealed class RefusalLogTests
{
    [Fact]
    public void A_flood_of_refused_connections_writes_ten_lines_a_minute_and_counts_the_rest()
    {
        var (lines, clock) = (new Lines(), new ManualTime());
        var log = new RefusalLog(lines, clock);
        for (var i = 0; i < 300; i++) log.Note("no hello");
        Assert.Equal(RefusalLog.LinesPerMinute, lines.Written.Count);
        clock.Pass(TimeSpan.FromMinutes(1));
        log.Note("no hello");
        Assert.Contains("(290 more refusals since the last line)", lines.Written[^1], StringComparison.Ordinal);
        log.Note("too late");
        Assert.Equal("A connection was refused: too late", lines.Written[^1]);
    }

    private sealed class ManualTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => _now += time.Ticks;

        public override long GetTimestamp() => _now;
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
