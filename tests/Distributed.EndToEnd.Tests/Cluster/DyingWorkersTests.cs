using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

[Collection(ThreeCoreNodesCollection.Name)]
public sealed class DyingWorkersTests(ThreeCoreNodes clusters, ITestOutputHelper output)
{
    private readonly int _seed = Environment.TickCount;

    [ClusterFact]
    public async Task A_worker_killed_and_another_frozen_and_released_change_no_bit()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        await clusters.RunAsync(output, workers: 3, async cluster =>
        {
            var job = await cluster.SubmitDigitsAsync("killed", new RunOptions { Blocks = 3, MinimumWorkers = 3 });
            await job.UntilStepAsync(random.Next(20, 150));
            await cluster.KillWorkerAsync(cluster.Workers[random.Next(3)]);
            output.WriteLine($"pause after the kill: {(await job.PauseWithinAsync(60)).TotalMilliseconds:0} ms");

            cluster.Workers[0].Send(Signals.Stop);
            output.WriteLine($"pause after the freeze: {(await job.PauseWithinAsync(100)).TotalMilliseconds:0} ms");
            cluster.Workers[0].Send(Signals.Continue);
            await job.PauseWithinAsync(50);

            await job.CancelAsync();
            cluster.AssertNoRewind(job);
        });
    }

    [ClusterFact]
    public Task Three_of_four_workers_killed_at_once_and_then_the_last_one_do_not_bring_the_cluster_down() => KillAllAsync(workers: 4);

    [ClusterFact]
    [Trait("Category", "Chaos")]
    public Task Seven_of_eight_workers_killed_at_once_and_then_the_last_one_do_not_bring_the_cluster_down() => KillAllAsync(workers: 8);

    private async Task KillAllAsync(int workers)
    {
        await clusters.RunAsync(output, workers, async cluster =>
        {
            var job = await cluster.SubmitDigitsAsync($"last-of-{workers}", new RunOptions { Blocks = 2 });
            await job.UntilAsync<JobProgressed>(told => told.Workers == workers);
            await Task.WhenAll(cluster.Workers.SkipLast(1).ToList().Select(cluster.KillWorkerAsync));
            output.WriteLine($"pause after the kills: {(await job.PauseWithinAsync(60)).TotalMilliseconds:0} ms");

            await cluster.KillWorkerAsync(cluster.Workers[0]);
            var waiting = await job.UntilAsync<JobWaiting>(); // it says so, and goes on when one joins
            output.WriteLine(waiting.Reason);
            Assert.Contains("worker", waiting.Reason);
            cluster.AddWorker();
            await job.PauseWithinAsync(30);

            await job.CancelAsync();
            cluster.AssertNoRewind(job);
        });
    }
}
