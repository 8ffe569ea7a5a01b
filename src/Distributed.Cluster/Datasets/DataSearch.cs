using Akka.Actor;
using Akka.Cluster;
using Distributed.Cluster.Messages;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// Finds nodes that have a data set: asks cluster members in turn, non-workers first, since the data entered the cluster at one of them.
/// </summary>
internal sealed class DataSearch(string sha256, IActorContext context)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan IntervalWithSources = TimeSpan.FromSeconds(2);

    /// <summary>Nodes asked at a time, so that a thousand nodes do not each receive a thousand requests.</summary>
    private const int AskedAtOnce = 32;

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(context.System);
    private readonly int _seed = Random.Shared.Next(); // each fetch asks in its own order
    private TimeSpan _dueAt;
    private int _asked; // members asked so far

    /// <summary>Searches at the next tick, regardless of the last search.</summary>
    public void Hurry() => _dueAt = TimeSpan.Zero;

    /// <summary>Asks some members when due; more often while no source is known.</summary>
    public void AskWhenDue(TimeSpan now, bool hasSources)
    {
        if (now < _dueAt) return;
        _dueAt = now + (hasSources ? IntervalWithSources : Interval);
        var members = _cluster.State.Members
            .Where(member => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Leaving && member.UniqueAddress != _cluster.SelfUniqueAddress)
            .OrderBy(member => member.HasRole(NodeRoles.Worker)).ThenBy(member => HashCode.Combine(member.UniqueAddress.Uid, _seed)).ToList();
        for (var i = 0; i < Math.Min(AskedAtOnce, members.Count); i++)
            context.OnNode(members[_asked++ % members.Count].Address, NodeActors.Data).Tell(new FindData(sha256));
    }
}
