using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Distributed.Cluster;
using Distributed.Dashboard.Gateway;
using Distributed.Jobs.Gateway;
using Distributed.Node.Datasets;
using Distributed.Node.Events;
using Distributed.Node.Jobs;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Nodes;

namespace Distributed.Node.Pages;

/// <summary>What the pages of this gateway show of its cluster.</summary>
internal sealed class PageCluster(GatewayAccess cluster, JobReader jobs, DatasetStore datasets, JobFeeds feeds, string? storeFile) : IClusterSource
{
    private const int NewestJobs = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private ImmutableDictionary<string, DateTimeOffset> _answers = ImmutableDictionary<string, DateTimeOffset>.Empty;

    public async Task<ClusterPicture> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await LookAsync(cancellation).ConfigureAwait(false);
        }
        catch (TrainingException e)
        {
            return new ClusterPicture(DateTimeOffset.UtcNow, [], [], false, datasets.List(), null, e.Message);
        }
    }

    private async Task<ClusterPicture> LookAsync(CancellationToken cancellation)
    {
        var nodes = cluster.NodesAsync(cancellation);
        var trouble = await cluster.WhyNotReadyAsync(cancellation).ConfigureAwait(false);
        var page = trouble is null ? await jobs.PageAsync(null, NewestJobs, cancellation).ConfigureAwait(false) : new([], null);
        var sets = datasets.List();
        var members = await nodes.ConfigureAwait(false);
        return new ClusterPicture(
            DateTimeOffset.UtcNow, [.. members.OrderBy(node => node.Address, StringComparer.Ordinal)], page.Jobs, page.Next is not null, sets,
            StoreBytes() is { } bytes ? bytes + sets.Sum(set => set.Bytes) : null, trouble)
        {
            LastAnswers = Note(members),
        };
    }

    /// <summary>When each member last told its load; members that left are forgotten. Called by one reader at a time.</summary>
    private ImmutableDictionary<string, DateTimeOffset> Note(IReadOnlyList<NodeInfo> members)
    {
        var now = DateTimeOffset.UtcNow;
        var before = _answers;
        return _answers = members.Where(node => node.Load is not null || before.ContainsKey(node.Address))
            .ToImmutableDictionary(node => node.Address, node => node.Load is not null ? now : before[node.Address]);
    }

    public async IAsyncEnumerable<JobEvent> FollowAsync(string job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reading = feeds.Open(JobReader.Parse(job));
        var cursor = StreamCursor.After(null);
        while (!cursor.IsAtEnd)
        {
            foreach (var told in await reading.Feed.NextAsync(cursor, cancellation).ConfigureAwait(false)) yield return told.Event;
            if (!cursor.IsBehind) await Task.Delay(Pace, cancellation).ConfigureAwait(false); // what comes meanwhile comes together
        }
    }

    private long? StoreBytes()
    {
        if (storeFile is null) return null;
        var bytes = 0L;
        foreach (var end in (string[])["", "-wal"])
            if (new FileInfo(storeFile + end) is { Exists: true } file) bytes += file.Length;
        return bytes;
    }
}
