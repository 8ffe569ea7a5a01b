using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>The death of a coordinator's node that holds no blocks: these roles need a cluster of their own.</summary>
[Collection(RunsAlone.Name)]
public sealed class DyingCoordinatorTests(ITestOutputHelper output)
{
    [ClusterFact]
    public async Task A_coordinator_without_blocks_is_killed_and_no_step_is_recomputed()
    {
        await using var cluster = await RealCluster.StartAsync(output, ["coordinator", "coordinator", "parameter-server"], workers: 2);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("coordinator", new RunOptions { Blocks = 6, SnapshotEverySteps = 50 });
            await job.UntilStepAsync(100);
            var coordinator = cluster.FindCoordinator("coordinator");
            await coordinator.KillAsync();
            output.WriteLine($"pause: {(await job.PauseWithinAsync(100)).TotalSeconds:0.00} s");
            Assert.NotEqual(coordinator, cluster.FindCoordinator("coordinator"));
            await job.CancelAsync();
            cluster.AssertNoRewind(job);
        });
    }
}
