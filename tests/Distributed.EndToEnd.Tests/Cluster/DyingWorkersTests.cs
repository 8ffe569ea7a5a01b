using Distributed.Protocol;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

[Collection("real clusters")]
public sealed class DyingWorkersTests(ITestOutputHelper output)
{
    private const int Epochs = 60; // 720 steps

    private readonly int _seed = Environment.TickCount;

    [ClusterFact]
    public async Task A_worker_killed_and_another_frozen_and_released_change_no_bit()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 3);
        try
        {
            var job = await cluster.SubmitAsync(
                "killed", DigitsJob.Specify(Epochs), new RunOptions { Blocks = 3, MinimumWorkers = 3 }, DigitsJob.Source, DigitsJob.Data);
            await job.UntilStepAsync(random.Next(20, 150));
            await cluster.Workers[random.Next(3)].KillAsync();
            await job.UntilStepAsync(250);

            var frozen = cluster.Workers.First(worker => !worker.HasExited);
            frozen.Send(Signals.Stop);
            await job.UntilStepAsync(400);
            frozen.Send(Signals.Continue);

            Assert.Equal(DigitsJob.ExpectedSha256(Epochs), await job.FinishAsync());
            Assert.Empty(job.Events.OfType<JobRewound>());
            output.WriteLine($"longest times between two reports of progress: {string.Join(", ", job.Gaps.OrderByDescending(gap => gap.Length).Take(4).Select(gap => $"{gap.Length.TotalMilliseconds:0} ms at {gap.At.TotalSeconds:0.0} s"))}");
        }
        catch
        {
            cluster.PrintLogs();
            throw;
        }
    }
}
