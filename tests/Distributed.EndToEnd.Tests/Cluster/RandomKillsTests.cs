using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>Any node dies at any time: each run ends with the bits of the straight loop. <c>SEED=x</c> repeats the order of a run's deaths.</summary>
[Collection(ThreeCoreNodesCollection.Name)]
public sealed class RandomKillsTests(ThreeCoreNodes clusters, ITestOutputHelper output)
{
    private static readonly RunOptions Options = new() { Blocks = 5, SnapshotEverySteps = 25 };

    [ClusterFact]
    public Task Three_random_kills_change_no_bit() => KillAsync(runs: 1, kills: 3);

    [ClusterFact]
    [Trait("Category", "Chaos")]
    public Task A_hundred_random_kills_change_no_bit() => KillAsync(runs: 10, kills: 10);

    private async Task KillAsync(int runs, int kills)
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable("SEED"), out var given) ? given : Environment.TickCount;
        await clusters.RunAsync(output, workers: 3, async cluster =>
        {
            for (var run = 0; run < runs; run++)
            {
                var seed = first + run;
                output.WriteLine($"seed {seed}");
                var random = new Random(seed);
                var job = await cluster.SubmitDigitsAsync($"random-{kills}-{run}", Options);
                await job.UntilStepAsync(20);
                for (var kill = 0; kill < kills; kill++)
                {
                    NodeProcess[] all = [.. cluster.Core, .. cluster.Workers];
                    var victim = all[random.Next(all.Length)];
                    output.WriteLine($"kill {kill + 1} at step {job.Step}: {victim.Name}{(cluster.FindCoordinator($"random-{kills}-{run}") == victim ? ", with the coordinator" : "")}");
                    await victim.KillAsync();
                    await Task.Delay(random.Next(1500)); // the restart policy's
                    victim.StartAgain();
                    // Every other death hits an unfinished recovery; without a majority of the core nodes no job goes on.
                    await cluster.SettleCoreAsync();
                    if (random.Next(2) == 0) await job.PauseWithinAsync(random.Next(5, 60));
                }
                await cluster.SettleAsync();
                await job.PauseWithinAsync(40);
                await job.CancelAsync();
            }
        });
    }
}
