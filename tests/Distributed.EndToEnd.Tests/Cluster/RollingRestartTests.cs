using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

[Collection("real clusters")]
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    [ClusterFact]
    public async Task Every_node_is_restarted_one_after_the_other_by_SIGTERM_and_no_step_is_made_twice()
    {
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2);
        await cluster.RunAsync(async () =>
        {
            // No checkpoint but those that leaving nodes ask for, and those of best epochs.
            var job = await cluster.SubmitDigitsAsync("rolling", new RunOptions { Blocks = 6, SnapshotEverySteps = 1_000_000 });
            await job.UntilStepAsync(60);
            foreach (var node in (NodeProcess[])[.. cluster.Core, .. cluster.Workers])
            {
                var (before, lineage, coordinates) = (job.Step, cluster.Lineage("rolling"), cluster.FindCoordinator("rolling") == node);
                var gaps = job.Gaps.Count;
                node.Send(Signals.Terminate);
                Assert.Equal(0, await node.WaitForExitAsync(TimeSpan.FromSeconds(60)));
                node.StartAgain();
                await cluster.SettleAsync();
                await job.PauseWithinAsync(60);
                var pause = job.Gaps.Skip(gaps).Max();
                var now = cluster.Lineage("rolling");
                output.WriteLine($"{node.Name}{(coordinates ? ", with the coordinator" : "")}: pause {pause.TotalSeconds:0.00} s, lineage {now.Number} from step {now.FromStep}");
                if (now.Number > lineage.Number && cluster.Core.All(core => core.Downings == 0)) Assert.True(now.FromStep >= before, $"from step {now.FromStep}, although {before} was reached");
            }
            await job.CancelAsync();
            cluster.AssertNoRewind(job);
        });
    }
}
