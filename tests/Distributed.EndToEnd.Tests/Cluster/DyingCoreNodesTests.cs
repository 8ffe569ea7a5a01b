using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>Deaths of nodes that hold parameter blocks and a job's coordinator, and of all nodes. The times are printed here and asserted in
/// <see cref="CoreChaosTests"/>.</summary>
[Collection(ThreeCoreNodesCollection.Name)]
public sealed class DyingCoreNodesTests(ThreeCoreNodes clusters, ITestOutputHelper output)
{
    private static readonly RunOptions Options = new() { Blocks = 6, SnapshotEverySteps = 50 };

    private readonly int _seed = Environment.TickCount;

    [ClusterFact]
    public async Task The_node_that_holds_the_coordinator_and_blocks_is_killed()
    {
        output.WriteLine($"seed {_seed}");
        await clusters.RunAsync(output, workers: 2, async cluster =>
        {
            var (job, name) = await SubmitWhereOneNodeHoldsBothAsync(cluster);
            await job.UntilStepAsync(new Random(_seed).Next(100, 300));
            var death = await CoreDeath.OfAsync(cluster, job, name, cluster.FindCoordinator(name));
            output.WriteLine($"{death}");
            death.AssertOnlyStepsSinceTheCheckpoint();
            await job.CancelAsync();
        });
    }

    /// <summary>A job whose coordinator's node also holds blocks: where they are depends on the job's name and on what the cluster did before.</summary>
    private static async Task<(RunningJob Job, string Name)> SubmitWhereOneNodeHoldsBothAsync(RealCluster cluster)
    {
        for (var attempt = 0; attempt < 12; attempt++)
        {
            var name = $"both-{attempt}";
            var job = await cluster.SubmitDigitsAsync(name, Options);
            await job.UntilStepAsync(1);
            if (cluster.FindHolders(name).Contains(cluster.FindCoordinator(name))) return (job, name);
            await job.CancelAsync();
        }
        throw new InvalidOperationException("in none of 12 jobs one node held the coordinator and a block");
    }

    [ClusterFact]
    [Trait("Category", "Chaos")]
    public async Task Everybody_is_killed_and_started_again()
    {
        await clusters.RunAsync(output, workers: 2, async cluster =>
        {
            var job = await cluster.SubmitDigitsAsync("all", Options);
            await job.UntilStepAsync(120);
            var death = await CoreDeath.OfAllAsync(cluster, job, "all", Options);
            output.WriteLine($"{death}");
            death.AssertOnlyStepsSinceTheCheckpoint();
            await job.PauseWithinAsync(100);
            await job.CancelAsync();
        });
    }

    [ClusterFact]
    [Trait("Category", "Chaos")]
    public async Task Nodes_are_killed_in_the_middle_of_snapshots_of_a_recovery_and_of_the_recovery_from_that()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        await clusters.RunAsync(output, workers: 2, async cluster =>
        {
            // Continuous snapshots: whenever a node dies, one is in progress.
            var job = await cluster.SubmitDigitsAsync("again", Options with { SnapshotEverySteps = 1 });
            await job.UntilAsync<CheckpointSaved>(saved => saved.Step > random.Next(20, 60));
            for (var death = 0; death < 3; death++)
            {
                var holders = cluster.FindHolders("again");
                var victim = holders.Count > 0 ? holders[random.Next(holders.Count)] : cluster.FindCoordinator("again");
                if (victim.HasExited) continue; // it is just being started again: this recovery is left alone
                var lineage = cluster.Lineage("again").Number;
                await victim.KillAsync();
                victim.StartAgain();
                if (death < 2) await RealCluster.UntilAsync(() => cluster.Lineage("again").Number > lineage, () => "no new lineage"); // blocks are about to load: the next death hits that
            }
            await job.PauseWithinAsync(60);
            await job.CancelAsync();
            output.WriteLine($"lineage {cluster.Lineage("again").Number} at the end");
        });
    }
}
