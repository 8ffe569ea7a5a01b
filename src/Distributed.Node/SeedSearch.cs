using Distributed.Cluster.Hosting;
using Distributed.Node.Naming;
using Microsoft.Extensions.Logging;

namespace Distributed.Node;

/// <summary>Looks for the seeds by name again and again until the cluster counts this node: their number and addresses change while it waits.</summary>
internal static class SeedSearch
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a node may have joined without becoming a counted member while other seeds are visible. It happens to a node that formed its own
    /// cluster while it could not see the others: it gets too few core nodes, and two clusters never merge.
    /// </summary>
    private static readonly TimeSpan AloneBound = TimeSpan.FromSeconds(20);

    /// <summary>Runs until the node is in the cluster, or the token is cancelled; false when the node has to be started again to get in.</summary>
    public static async Task<bool> RunAsync(
        ClusterNode node, IReadOnlyList<string> seeds, INameService names, ILogger logger, TimeProvider clock, CancellationToken cancellation)
    {
        IReadOnlyList<string> asked = [];
        long? aloneSince = null;
        while (!node.Joined.IsCompleted && !cancellation.IsCancellationRequested)
        {
            var found = await ClusterNames.FindSeedsAsync(seeds, node.Address, names, cancellation).ConfigureAwait(false);
            if (found.Count > 0 && !found.SequenceEqual(asked) && !node.IsLetIn && !node.Joined.IsCompleted)
            {
                logger.LogInformation("asking {Nodes}", string.Join(", ", found));
                node.Join(found);
                asked = found;
            }
            var isAlone = node.IsLetIn && found.Any(seed => seed != node.Address);
            aloneSince = isAlone ? aloneSince ?? clock.GetTimestamp() : null;
            if (aloneSince is { } since && clock.GetElapsedTime(since) > AloneBound && !node.Joined.IsCompleted)
            {
                logger.LogError("in a cluster of too few core nodes for {Bound:0} s while others can be seen ({Nodes}): to be started again", AloneBound.TotalSeconds, string.Join(", ", found));
                return false;
            }
            // The pace of asking the name service again; membership ends it at once.
            await Task.WhenAny(node.Joined, Task.Delay(Pause, clock, cancellation)).ConfigureAwait(false);
        }
        return true;
    }
}
