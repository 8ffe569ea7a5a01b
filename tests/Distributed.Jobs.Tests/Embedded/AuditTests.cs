using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Replay;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>Audits through the real actors: one worker's kernels err on purpose.</summary>
public sealed class AuditTests : IDisposable
{
    private static readonly JobSpecification Job = TrainingFixture.Specify(TrainingFixture.Digits, job => job with { Epochs = 3 });

    private readonly TrainingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(0.3, GradientFormat.Float32)]
    [InlineData(1, GradientFormat.BFloat16)]
    public async Task An_audit_changes_no_bit(double share, GradientFormat format)
    {
        var job = Job with { GradientFormat = format };
        var (end, sha256, events) = await _fixture.TrainAsync(TrainingFixture.Digits, job, workers: 3, blocks: 2, auditShare: share);
        Assert.Equal(JobOutcome.Completed, end.End.Outcome);
        Assert.Equal(StraightLoop(job), sha256);
        Assert.Empty(events.OfType<JobRewound>());
    }

    [Fact]
    public async Task A_worker_whose_kernels_err_is_excluded_and_the_bits_are_those_of_the_straight_loop()
    {
        var (end, sha256, events) = await _fixture.TrainAsync(
            TrainingFixture.Digits, Job, workers: 3, blocks: 2, auditShare: 1, shardTasks: ErringShardTask.OfTheFirstWorker);
        Assert.Equal(JobOutcome.Completed, end.End.Outcome);
        Assert.Equal(StraightLoop(Job), sha256);
        var rewound = Assert.Single(events.OfType<JobRewound>());
        Assert.Matches("^worker [^ ]+-0-[^ ]+ computed shard [0-9]+ of step 5 otherwise than .* it is excluded from the job", rewound.Reason);
    }

    [Fact]
    public async Task Of_two_workers_that_disagree_neither_is_excluded_and_the_job_says_what_it_waits_for()
    {
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { StorePath = _fixture.StorePath(), Workers = 2, Threads = 2, ShardTasks = ErringShardTask.OfTheFirstWorker },
            CancellationToken.None);
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var job = new JobId("disputed");
        var options = new RunOptions { AuditShare = 1, MinimumWorkers = 2 };
        await cluster.Client.StartAsync(new JobSubmission(job, Job, options, TrainingFixture.DigitsSettings, TrainingFixture.Digits), bound.Token);
        JobStatus status;
        while (true)
        {
            status = await cluster.Client.GetStatusAsync(job, bound.Token);
            if (status.Reason?.Contains("start another worker", StringComparison.Ordinal) == true && status.Step >= 5) break;
            await Task.Delay(20, bound.Token); // ends when the bound cancels it
        }
        Assert.Equal(JobState.Waiting, status.State);
        Assert.Contains($"of step {status.Step} comes out differently for", status.Reason); // the fifth, unless a worker was late there
        Assert.All(status.Workers, worker => Assert.Null(worker.Refusal));

        await cluster.Client.CancelAsync(job, bound.Token);
        var events = new List<JobEvent>();
        await foreach (var jobEvent in cluster.Client.WatchAsync(job, bound.Token)) events.Add(jobEvent);
        Assert.Equal(JobOutcome.Cancelled, Assert.IsType<JobFinished>(events[^1]).End.Outcome);
    }

    private static string StraightLoop(JobSpecification job)
    {
        var replay = new JobReplay(job, TrainingFixture.Digits);
        replay.RunTo(new EpochPlan(job).TotalSteps);
        return TrainingFixture.Sha256Of(replay.Weights);
    }
}
