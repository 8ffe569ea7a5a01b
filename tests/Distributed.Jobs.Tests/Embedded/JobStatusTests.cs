using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Tests.Embedded;

public sealed class JobStatusTests : IDisposable
{
    private readonly TrainingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_coordinator_tells_how_its_job_is_while_it_runs_and_at_its_end()
    {
        var data = TrainingFixture.Digits;
        var specification = TrainingFixture.Specify(data, job => job with { Epochs = 50_000 }); // more than it can complete: it is cancelled
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { StorePath = _fixture.StorePath(), Workers = 2, Threads = 2 }, CancellationToken.None);
        var id = new JobId("job");
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Assert.Equal(JobState.Unknown, (await cluster.Client.GetStatusAsync(new JobId("another"), bound.Token)).State);

        await cluster.Client.StartAsync(
            new JobSubmission(id, specification, new RunOptions { Blocks = 3 }, TrainingFixture.DigitsSettings, data), bound.Token);
        var running = await UntilAsync(cluster.Client, id, status => status is { State: JobState.Running, Step: > 20, Checkpoints.Kept.Count: > 0 }, bound.Token);
        Assert.Equal(2, running.WorkerCount);
        Assert.All(running.Workers, worker => Assert.True(worker.IsReady));
        Assert.Equal(1, running.Workers.Sum(worker => worker.Share), 1e-9);
        Assert.All(running.Blocks, block => Assert.Equal("this process", block.Node));
        Assert.Equal(3, running.Blocks.Count);
        Assert.InRange(running.TrainLoss!.Value, 0, 3);
        var measured = await UntilAsync(
            cluster.Client, id, status => status.Workers.All(w => w.Compute is not null) && status.Blocks.All(b => b.Update is not null), bound.Token);
        Assert.All(
            measured.Workers.SelectMany(w => new[] { w.Compute!, w.Wait! }).Concat(measured.Blocks.SelectMany(b => new[] { b.Update!, b.Wait! })),
            timing => Assert.True(timing.Median > 0 && timing.Median <= timing.Percentile95 && timing.Percentile95 < 30, $"{timing}"));

        await cluster.Client.CancelAsync(id, bound.Token);
        var ended = await UntilAsync(cluster.Client, id, status => status.State == JobState.Cancelled, bound.Token);
        Assert.Equal(ended.Checkpoints.Latest, ended.Step);
        Assert.Equal(specification.Epochs, ended.Epochs);
    }

    [Fact]
    public async Task A_follower_that_gives_up_leaves_no_events_behind_and_the_next_one_hears_from_now_on()
    {
        var data = TrainingFixture.Digits;
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { StorePath = _fixture.StorePath(), Workers = 1, Threads = 1 }, CancellationToken.None);
        var id = new JobId("job");
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await cluster.Client.StartAsync(
            new JobSubmission(id, TrainingFixture.Specify(data, job => job with { Epochs = 50_000 }), new RunOptions(), TrainingFixture.DigitsSettings, data), bound.Token);
        await FirstEpochAsync();
        var reached = await UntilAsync(cluster.Client, id, status => status.Epoch > 5, bound.Token);
        Assert.InRange(await FirstEpochAsync(), reached.Epoch - 1, int.MaxValue);
        await cluster.Client.CancelAsync(id, bound.Token);
        await foreach (var jobEvent in cluster.Client.WatchAsync(id, bound.Token))
            if (jobEvent is JobFinished) return;
        Assert.Fail("its end was not told");

        async Task<int> FirstEpochAsync()
        {
            await foreach (var jobEvent in cluster.Client.WatchAsync(id, bound.Token))
                if (jobEvent is EpochEnded ended) return ended.Decision.Epoch;
            throw new InvalidOperationException("it ended");
        }
    }

    private static async Task<JobStatus> UntilAsync(IJobService client, JobId job, Predicate<JobStatus> isReached, CancellationToken bound)
    {
        while (true)
        {
            var status = await client.GetStatusAsync(job, bound);
            if (isReached(status)) return status;
            await Task.Delay(10, bound);
        }
    }
}
