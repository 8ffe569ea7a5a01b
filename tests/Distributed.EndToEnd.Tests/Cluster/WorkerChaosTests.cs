using System.Globalization;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>Minutes of workers that die, join and leave; the figures are promises for an otherwise idle machine.</summary>
[Collection(RunsAlone.Name)]
[Trait("Category", "Chaos")]
public sealed class WorkerChaosTests(ITestOutputHelper output)
{
    private readonly int _seed = Environment.TickCount;

    [ClusterFact]
    public async Task Twenty_killed_workers_pause_the_job_for_less_than_a_quarter_of_a_second_and_change_no_bit()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 3);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("kills", new RunOptions { Blocks = 3, MinimumWorkers = 1 });
            await job.UntilStepAsync(100);
            var pauses = new List<double>();
            for (var kill = 0; kill < 20; kill++)
            {
                await job.PauseWithinAsync(random.Next(20, 60));
                await job.UntilAsync<JobProgressed>(told => told.Workers == cluster.Workers.Count);
                await cluster.KillWorkerAsync(cluster.Workers[random.Next(cluster.Workers.Count)]);
                pauses.Add((await job.PauseWithinAsync(40)).TotalMilliseconds);
                cluster.AddWorker();
            }
            output.WriteLine($"longest time between two reports of progress after each kill, ms: {string.Join(" ", pauses.Order().Select(pause => $"{pause:0}"))}");
            await job.CancelAsync();
            cluster.AssertNoRewind(job);
            Assert.True(Median(pauses) < 250, $"the median of the pauses is {Median(pauses):0} ms");
        });
    }

    [ClusterFact]
    public async Task Workers_that_join_and_leave_all_the_time_change_no_bit_and_compute_within_two_seconds_of_joining()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("elastic", new RunOptions { Blocks = 2 });
            var leaving = new List<NodeProcess>();
            var joins = new List<double>();
            var leaves = new List<double>();
            await job.UntilStepAsync(50);
            for (var change = 0; change < 24; change++)
            {
                await job.UntilAsync<JobProgressed>(told => told.Workers == cluster.Workers.Count);
                if (cluster.Workers.Count < 2 || (cluster.Workers.Count < 4 && random.Next(2) == 0))
                {
                    var joiner = cluster.AddWorker();
                    await job.UntilAsync<WorkersChanged>(told => told.Workers == cluster.Workers.Count);
                    joins.Add((DateTime.UtcNow - await JoinedAtAsync(joiner)).TotalSeconds);
                }
                else
                {
                    var leaver = cluster.Workers[random.Next(cluster.Workers.Count)];
                    cluster.Workers.Remove(leaver);
                    leaver.Send(Signals.Terminate);
                    leaving.Add(leaver);
                    leaves.Add((await job.PauseWithinAsync(random.Next(10, 80))).TotalMilliseconds);
                }
            }
            await job.CancelAsync();
            cluster.AssertNoRewind(job);
            foreach (var leaver in leaving) Assert.Equal(0, await leaver.WaitForExitAsync(TimeSpan.FromSeconds(40)));
            output.WriteLine($"from joining to computing, s: {string.Join(" ", joins.Order().Select(join => $"{join:0.00}"))}");
            output.WriteLine($"longest time between two reports of progress after each SIGTERM, ms: {string.Join(" ", leaves.Order().Select(leave => $"{leave:0}"))}");
            Assert.True(Median(joins) < 2, $"the median of the joins is {Median(joins):0.00} s");
            Assert.True(Median(leaves) < 250, $"the median of the pauses is {Median(leaves):0} ms");
        });
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>When a node joined the cluster, by its own log.</summary>
    private static async Task<DateTime> JoinedAtAsync(NodeProcess node)
    {
        string? line = null;
        await RealCluster.UntilAsync(() => (line = node.Lines.FirstOrDefault(said => said.Contains("in the cluster, as"))) is not null, () => $"{node.Name} does not say that it is in the cluster");
        return DateTime.ParseExact(line![..23], "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
    }
}
