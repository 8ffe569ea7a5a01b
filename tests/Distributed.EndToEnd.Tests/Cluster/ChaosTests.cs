using Distributed.Protocol;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>Minutes of deaths; see <see cref="ChaosFactAttribute"/>.</summary>
[Collection("real clusters")]
[Trait("Category", "Chaos")]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private readonly int _seed = Environment.TickCount;

    [ChaosFact]
    public async Task Twenty_killed_workers_pause_the_job_shortly_and_change_no_bit()
    {
        const int Epochs = 1500;
        var random = new Random(_seed);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 3);
        await PrintingLogs(cluster, async () =>
        {
            var job = await cluster.SubmitAsync(
                "kills", DigitsJob.Specify(Epochs), new RunOptions { Blocks = 3, MinimumWorkers = 3 }, DigitsJob.Source, DigitsJob.Data);
            var pauses = new List<double>();
            var step = (await job.UntilStepAsync(100)).Step;
            for (var kill = 0; kill < 20; kill++)
            {
                step = (await job.UntilStepAsync(step + random.Next(20, 60))).Step;
                var victim = cluster.Workers[random.Next(cluster.Workers.Count)];
                cluster.Workers.Remove(victim);
                var before = job.Gaps.Count;
                await victim.KillAsync();
                cluster.AddWorker();
                step = (await job.UntilStepAsync(step + 40)).Step;
                pauses.Add(job.Gaps.Skip(before).Max(gap => gap.Length.TotalMilliseconds));
                await job.UntilAsync<JobEvent>(told => told is WorkersChanged { Workers: 3 } or JobProgressed { Workers: 3 });
            }
            output.WriteLine($"longest time between two reports of progress after each kill, ms: {string.Join(" ", pauses.Order().Select(pause => $"{pause:0}"))}");
            Assert.Equal(DigitsJob.ExpectedSha256(Epochs), await job.FinishAsync());
            Assert.Empty(job.Events.OfType<JobRewound>());
        });
    }

    [ChaosFact]
    public async Task Workers_that_join_and_leave_all_the_time_change_no_bit()
    {
        const int Epochs = 1500;
        var random = new Random(_seed);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2);
        await PrintingLogs(cluster, async () =>
        {
            var job = await cluster.SubmitAsync(
                "elastic", DigitsJob.Specify(Epochs), new RunOptions { Blocks = 2 }, DigitsJob.Source, DigitsJob.Data);
            var leaving = new List<NodeProcess>();
            var step = (await job.UntilStepAsync(50)).Step;
            for (var change = 0; change < 20; change++)
            {
                if (cluster.Workers.Count < 2 || (cluster.Workers.Count < 4 && random.Next(2) == 0)) cluster.AddWorker();
                else
                {
                    var leaver = cluster.Workers[random.Next(cluster.Workers.Count)];
                    cluster.Workers.Remove(leaver);
                    leaver.Send(Signals.Terminate);
                    leaving.Add(leaver);
                }
                step = (await job.UntilStepAsync(step + random.Next(10, 80))).Step;
            }
            Assert.Equal(DigitsJob.ExpectedSha256(Epochs), await job.FinishAsync());
            foreach (var leaver in leaving) Assert.Equal(0, await leaver.WaitForExitAsync(TimeSpan.FromSeconds(40)));
            output.WriteLine($"longest gaps: {string.Join(" ", job.Gaps.OrderByDescending(gap => gap.Length).Take(6).Select(gap => $"{gap.Length.TotalMilliseconds:0} ms"))}");
        });
    }

    [ChaosFact]
    public async Task A_killed_core_node_costs_a_rewind_and_no_bit()
    {
        const int Epochs = 300;
        var random = new Random(_seed);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2);
        await PrintingLogs(cluster, async () =>
        {
            var job = await cluster.SubmitAsync(
                "core", DigitsJob.Specify(Epochs), new RunOptions { Blocks = 6, SnapshotEverySteps = 50 }, DigitsJob.Source, DigitsJob.Data);
            await job.UntilStepAsync(random.Next(100, 400));
            var victim = cluster.Core[random.Next(1, 3)]; // the first one is the seed
            cluster.Core.Remove(victim);
            await victim.KillAsync();
            Assert.Equal(DigitsJob.ExpectedSha256(Epochs), await job.FinishAsync());
            foreach (var rewound in job.Events.OfType<JobRewound>()) output.WriteLine($"{rewound}");
            output.WriteLine($"longest gap {job.Gaps.Max(gap => gap.Length).TotalSeconds:0.0} s");
        });
    }

    private async Task PrintingLogs(RealCluster cluster, Func<Task> test)
    {
        output.WriteLine($"seed {_seed}");
        try
        {
            await test();
        }
        catch
        {
            cluster.PrintLogs();
            throw;
        }
    }
}
