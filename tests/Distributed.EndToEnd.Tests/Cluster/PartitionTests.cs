using Distributed.Protocol.Specification;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>
/// Packets are dropped between real processes. Nodes on the losing side end with an exit code of their own, are started again by their restart
/// policy and rejoin once the network allows it.
/// </summary>
[Collection(RunsAlone.Name)]
[Trait("Category", "Chaos")]
public sealed class PartitionTests(ITestOutputHelper output)
{
    private static readonly RunOptions Options = new() { Blocks = 6, SnapshotEverySteps = 50 };

    [RootFact(NamespacePlace.Probe, "network namespaces (ip netns)")]
    public async Task A_worker_a_parameter_server_and_the_coordinator_are_cut_off_and_come_back()
    {
        var place = await NamespacePlace.StartAsync(core: 3, workers: 2);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2, place);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("cut", Options);
            await job.UntilStepAsync(50);

            // A worker, whose shards go to the other one long before it is considered dead.
            for (var cut = 0; cut < 3; cut++)
            {
                await place.SetReachableAsync(cluster.PlaceOf(cluster.Workers[0]), false);
                var pause = await job.PauseWithinAsync(20);
                output.WriteLine($"pause without a worker: {pause.TotalSeconds:0.0} s");
                await place.SetReachableAsync(cluster.PlaceOf(cluster.Workers[0]), true);
                Assert.True(pause < TimeSpan.FromSeconds(5), $"the job stood still for {pause.TotalSeconds:0.0} s without a worker");
                await job.PauseWithinAsync(50);
            }

            // A parameter server, and then the node that coordinates; each comes back.
            foreach (var isCoordinator in (bool[])[false, true])
            {
                var coordinator = cluster.FindCoordinator("cut");
                var victim = isCoordinator ? coordinator : cluster.FindHolders("cut").First(node => node != coordinator);
                var (ends, lineage, gaps) = (victim.Ends.Count, cluster.Lineage("cut").Number, job.Gaps.Count);
                await place.SetReachableAsync(cluster.PlaceOf(victim), false);
                await RealCluster.UntilAsync(() => cluster.Lineage("cut").Number > lineage, () => "the others do not go on");
                await RealCluster.UntilAsync(() => victim.Ends.Count > ends, () => "the node that was cut off does not give up");
                Assert.Equal(NodeProcess.DownedCode, victim.Ends[^1]);
                await job.PauseWithinAsync(50);
                output.WriteLine($"pause without {victim.Name}{(isCoordinator ? ", with the coordinator" : "")}: {job.Gaps.Skip(gaps).Max().TotalSeconds:0.0} s");
                await place.SetReachableAsync(cluster.PlaceOf(victim), true);
                await cluster.SettleAsync();
                await job.PauseWithinAsync(50);
            }
            await job.CancelAsync();
        });
    }
}
