using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

[Collection(ThreeCoreNodesCollection.Name)]
public sealed class RollingRestartTests(ThreeCoreNodes clusters, ITestOutputHelper output)
{
    private readonly int _seed = Environment.TickCount;

    [ClusterFact]
    public Task The_coordinators_node_and_a_worker_are_restarted_by_SIGTERM_and_no_step_is_made_twice()
    {
        output.WriteLine($"seed {_seed}");
        return RestartAsync("restart", cluster => [cluster.FindCoordinator("restart"), cluster.Workers[new Random(_seed).Next(cluster.Workers.Count)]]);
    }

    [ClusterFact]
    [Trait("Category", "Chaos")]
    public Task Every_node_is_restarted_one_after_the_other_by_SIGTERM_and_no_step_is_made_twice() =>
        RestartAsync("rolling", cluster => [.. cluster.Core, .. cluster.Workers]);

    private async Task RestartAsync(string name, Func<RealCluster, NodeProcess[]> choose)
    {
        await clusters.RunAsync(output, workers: 2, async cluster =>
        {
            // No checkpoint but those that leaving nodes ask for, and those of best epochs.
            var job = await cluster.SubmitDigitsAsync(name, new RunOptions { Blocks = 6, SnapshotEverySteps = 1_000_000 });
            await job.UntilStepAsync(60);
            var downings = cluster.Core.Sum(core => core.Downings);
            foreach (var node in choose(cluster))
            {
                var (before, lineage, coordinates) = (job.Step, cluster.Lineage(name), cluster.FindCoordinator(name) == node);
                var gaps = job.Gaps.Count;
                node.Send(Signals.Terminate);
                Assert.Equal(0, await node.WaitForExitAsync(TimeSpan.FromSeconds(60)));
                node.StartAgain();
                await cluster.SettleAsync();
                await job.PauseWithinAsync(60);
                var pause = job.Gaps.Skip(gaps).Max();
                var now = cluster.Lineage(name);
                output.WriteLine($"{node.Name}{(coordinates ? ", with the coordinator" : "")}: pause {pause.TotalSeconds:0.00} s, lineage {now.Number} from step {now.FromStep}");
                if (now.Number > lineage.Number && cluster.Core.Sum(core => core.Downings) == downings)
                    Assert.True(now.FromStep >= before, $"from step {now.FromStep}, although {before} was reached");
            }
            await job.CancelAsync();
            cluster.AssertNoRewind(job);
        });
    }
}
