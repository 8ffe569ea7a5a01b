using Distributed.Cluster.Hosting;
using Distributed.Node.Naming;
using Microsoft.Extensions.Logging;

namespace Distributed.Node;

/// <summary>Logs that no seed node answers, first after a few seconds, then with growing pauses. The cluster itself keeps retrying.</summary>
internal static class SeedWatch
{
    private static readonly TimeSpan FirstWord = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    /// <summary>Runs until the node is in the cluster or the token is cancelled.</summary>
    public static async Task RunAsync(ClusterNode node, IReadOnlyList<string> seeds, INameService names, ILogger logger, CancellationToken cancellation)
    {
        var waited = TimeSpan.Zero;
        for (var silence = FirstWord; ; silence = silence * 2 < LongestSilence ? silence * 2 : LongestSilence)
        {
            // The interval between two log lines, doubled each time; membership ends it at once.
            var finished = await Task.WhenAny(node.Joined, Task.Delay(silence, cancellation)).ConfigureAwait(false);
            if (finished == node.Joined || cancellation.IsCancellationRequested) break;
            waited += silence;
            var answers = await Task.WhenAll(seeds.Select(seed => SeedNames.DescribeAsync(seed, names, cancellation))).ConfigureAwait(false);
            if (node.Joined.IsCompleted) break;
            logger.LogWarning("no seed node lets this node in for {Waited:0} s now ({Seeds}); asking again", waited.TotalSeconds, string.Join("; ", answers));
        }
        if (node.Joined.IsCompletedSuccessfully) logger.LogInformation("in the cluster, as {Address}", node.Address);
    }
}
