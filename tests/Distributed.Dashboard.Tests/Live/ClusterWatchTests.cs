using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Distributed.Dashboard.Gateway;
using Distributed.Dashboard.Live;
using Distributed.Protocol.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Dashboard.Tests.Live;

/// <summary>The picture that all pages share.</summary>
public sealed class ClusterWatchTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly BrokenSource _source = new();

    [Fact]
    public async Task A_picture_that_cannot_be_read_is_tried_again_each_second_and_no_longer_once_the_watch_has_ended()
    {
        var watch = new ClusterWatch(_source, _clock, NullLogger<ClusterWatch>.Instance);
        using var page = watch.Subscribe(() => { });
        await _source.Asked.ReadAsync().AsTask().WaitAsync(Bound);
        await NextAsync();

        watch.Dispose(); // with a page open, as at the end of a gateway
        var end = watch.Ended.WaitAsync(Bound);
        while (!end.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(end, Task.Delay(1)); // the watch is on another thread
        }
        await end;
        while (_source.Asked.TryRead(out _)) ; // what was asked before the end
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_source.Asked.TryRead(out _));
    }

    /// <summary>Lets time pass until the source is asked again.</summary>
    private async Task NextAsync()
    {
        var asked = _source.Asked.ReadAsync().AsTask().WaitAsync(Bound);
        while (!asked.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(asked, Task.Delay(1));
        }
        await asked;
    }

    private sealed class BrokenSource : IClusterSource
    {
        private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();

        public ChannelReader<bool> Asked => _asked.Reader;

        public Task<ClusterPicture> ReadAsync(CancellationToken cancellation)
        {
            _asked.Writer.TryWrite(true);
            throw new IOException("the cluster is away");
        }

        public async IAsyncEnumerable<JobEvent> FollowAsync(string job, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.CompletedTask;
            yield break;
        }
    }
}
