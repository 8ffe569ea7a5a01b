using Distributed.Jobs.Gateway;
using Distributed.Node.Configuration;
using Distributed.Node.Histories;
using Distributed.Node.Problems;
using Distributed.Protocol.Identity;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Events;

/// <summary>The feeds of watched jobs: one a job, for all of its watchers.</summary>
internal sealed class JobFeeds(GatewayAccess cluster, JobHistories histories, HttpLimits limits, ILogger logger)
{
    private readonly Dictionary<JobId, JobFeed> _feeds = [];
    private int _streams;

    /// <summary>Streams that are open.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Begins to read a job's feed; to be disposed by the stream.</summary>
    /// <exception cref="ApiException">As many streams are open as may.</exception>
    public Reading Open(JobId job)
    {
        lock (_feeds)
        {
            if (_streams >= limits.Streams) throw ApiException.TooMany($"{limits.Streams:#,0} event streams are open, and no more may be", TimeSpan.FromSeconds(10));
            _streams++;
            if (!_feeds.TryGetValue(job, out var feed)) _feeds[job] = feed = new JobFeed(job, cluster, histories, logger);
            feed.Readers++;
            return new Reading(feed, () => Close(job, feed));
        }
    }

    private void Close(JobId job, JobFeed feed)
    {
        lock (_feeds)
        {
            _streams--;
            if (--feed.Readers > 0) return;
            _feeds.Remove(job);
        }
        feed.Dispose();
    }

    /// <summary>One stream's hold on a feed.</summary>
    public sealed class Reading(JobFeed feed, Action close) : IDisposable
    {
        private Action? _close = close;

        public JobFeed Feed => feed;

        public void Dispose() => Interlocked.Exchange(ref _close, null)?.Invoke();
    }
}
