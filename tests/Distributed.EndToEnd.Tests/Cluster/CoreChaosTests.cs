using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>Repeated deaths of core nodes; the figures are promises for an otherwise idle machine.</summary>
[Collection(RunsAlone.Name)]
[Trait("Category", "Chaos")]
public sealed class CoreChaosTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(10);
    private static readonly RunOptions Options = new() { Blocks = 6, SnapshotEverySteps = 50 };

    private readonly int _seed = Environment.TickCount;

    [ClusterFact]
    public async Task Ten_killed_parameter_servers_cost_less_than_ten_seconds_each()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("servers", Options);
            await job.UntilStepAsync(60);
            var deaths = new List<CoreDeath>();
            for (var i = 0; i < 10; i++)
            {
                var holders = cluster.FindHolders("servers");
                var victim = holders[random.Next(holders.Count)];
                var held = cluster.FindCoordinator("servers") == victim;
                deaths.Add(await CoreDeath.OfAsync(cluster, job, "servers", victim));
                output.WriteLine($"{victim.Name}{(held ? ", with the coordinator" : "")}: {deaths[^1]}");
                victim.StartAgain();
                await cluster.SettleAsync();
                await job.PauseWithinAsync(60);
            }
            await job.CancelAsync();
            var median = deaths.Select(death => death.UntilTraining).Order().ElementAt(5);
            output.WriteLine($"median {median.TotalSeconds:0.00} s");
            Assert.True(median < Promise, $"the median is {median.TotalSeconds:0.0} s");
            Assert.All(deaths, death => death.AssertOnlyStepsSinceTheCheckpoint());
        });
    }

    [ClusterFact]
    public async Task Five_killed_coordinators_stop_the_steps_for_less_than_ten_seconds_each_and_recompute_none()
    {
        await using var cluster = await RealCluster.StartAsync(output, ["coordinator", "coordinator", "parameter-server"], workers: 2);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("coordinators", Options);
            await job.UntilStepAsync(60);
            var pauses = new List<TimeSpan>();
            for (var i = 0; i < 5; i++)
            {
                var victim = cluster.FindCoordinator("coordinators");
                await victim.KillAsync();
                pauses.Add(await job.PauseWithinAsync(60));
                victim.StartAgain();
                await cluster.SettleAsync();
            }
            await job.CancelAsync();
            output.WriteLine($"pauses, s: {string.Join(" ", pauses.Order().Select(pause => $"{pause.TotalSeconds:0.00}"))}");
            cluster.AssertNoRewind(job);
            Assert.True(pauses.Order().ElementAt(2) < Promise);
        });
    }

    [ClusterFact]
    public async Task Three_deaths_of_everybody_cost_less_than_ten_seconds_from_the_restart()
    {
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("everybody", Options);
            await job.UntilStepAsync(60);
            var deaths = new List<CoreDeath>();
            for (var i = 0; i < 3; i++)
            {
                deaths.Add(await CoreDeath.OfAllAsync(cluster, job, "everybody", Options));
                output.WriteLine($"{deaths[^1]}");
                await job.PauseWithinAsync(60);
            }
            await job.CancelAsync();
            Assert.True(deaths.Select(death => death.UntilTraining).Order().ElementAt(1) < Promise);
        });
    }
}
