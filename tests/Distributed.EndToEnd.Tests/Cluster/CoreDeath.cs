using System.Diagnostics;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>What a death of core nodes cost a job.</summary>
/// <param name="UntilTraining">From the kill (of all nodes: from the restart) to the first report of progress afterwards.</param>
/// <param name="ToldCheckpoint">The last checkpoint that was told of before the kill.</param>
/// <param name="FromStep">The step that the job went back to.</param>
/// <param name="RecomputedSteps">The newest step that was told of before the job went on, minus <paramref name="FromStep"/>.</param>
internal sealed record CoreDeath(TimeSpan UntilTraining, long ToldCheckpoint, long FromStep, long RecomputedSteps)
{
    /// <summary>What was made before the last checkpoint is not made again.</summary>
    public void AssertOnlyStepsSinceTheCheckpoint() =>
        Assert.True(FromStep >= ToldCheckpoint, $"went back to step {FromStep}, before the checkpoint {ToldCheckpoint}");

    /// <summary>Kills a node that holds blocks of the job, and waits until the job moves on from a new lineage.</summary>
    public static async Task<CoreDeath> OfAsync(RealCluster cluster, RunningJob job, string name, NodeProcess victim)
    {
        var (lineage, checkpoint) = (cluster.Lineage(name), LastCheckpoint(job));
        var clock = Stopwatch.StartNew();
        await victim.KillAsync();
        await RealCluster.UntilAsync(() => cluster.Lineage(name).Number > lineage.Number, () => $"no lineage after {lineage}");
        return await MovedOnAsync(cluster, job, name, clock, checkpoint);
    }

    /// <summary>Kills everybody, starts everybody again, and waits until the job moves on.</summary>
    public static async Task<CoreDeath> OfAllAsync(RealCluster cluster, RunningJob job, string name, RunOptions options)
    {
        NodeProcess[] all = [.. cluster.Core, .. cluster.Workers];
        var checkpoint = LastCheckpoint(job);
        await Task.WhenAll(all.Select(node => node.KillAsync()));
        var clock = Stopwatch.StartNew();
        foreach (var node in all) node.StartAgain();
        await cluster.ConnectAsync();
        await job.WatchAgainAsync(options);
        return await MovedOnAsync(cluster, job, name, clock, checkpoint);
    }

    public override string ToString() =>
        $"training again after {UntilTraining.TotalSeconds:0.00} s from step {FromStep}, {RecomputedSteps} steps recomputed";

    private static long LastCheckpoint(RunningJob job) => job.Events.OfType<CheckpointSaved>().Select(saved => saved.Step).DefaultIfEmpty().Max();

    private static async Task<CoreDeath> MovedOnAsync(RealCluster cluster, RunningJob job, string name, Stopwatch clock, long checkpoint)
    {
        var reached = job.Step;
        job.SkipToNow(); // what comes from here on is told of the new lineage
        await job.UntilAsync<JobProgressed>();
        var from = cluster.Lineage(name).FromStep;
        return new CoreDeath(clock.Elapsed, checkpoint, from, reached - from);
    }
}
