using Distributed.Jobs.Embedded;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Replay;
using Distributed.Protocol.Specification;
using Microsoft.Data.Sqlite;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>What the store contains after a failure: a damaged row, a diverged training.</summary>
public sealed class StoredCheckpointTests : IDisposable
{
    private static readonly JobId Id = new("stored");

    private readonly TrainingFixture _fixture = new();
    private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(90));

    public void Dispose()
    {
        _bound.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public async Task A_damaged_row_makes_the_checkpoint_before_it_count_and_other_blocks_read_it_to_the_same_bits()
    {
        var job = TrainingFixture.Specify(TrainingFixture.Digits, specification => specification with { Epochs = 1_000 }); // many: the pause must come before the end
        long paused;
        await using (var cluster = await StartAsync())
        {
            await cluster.Client.StartAsync(Submission(job, new RunOptions { Blocks = 2, SnapshotEverySteps = 7 }), _bound.Token);
            var saved = 0;
            paused = -1;
            await foreach (var jobEvent in cluster.Client.WatchAsync(Id, _bound.Token))
            {
                if (jobEvent is CheckpointSaved && ++saved == 3) await cluster.Client.PauseAsync(Id, _bound.Token);
                if (jobEvent is JobPaused rest) paused = rest.Step;
            }
        }
        Assert.InRange(paused, 1, new EpochPlan(job).TotalSteps - 1);
        Damage(paused);

        await using var again = await StartAsync();
        await again.Client.StartAsync(Submission(job, new RunOptions { Blocks = 3, SnapshotEverySteps = 100 }), _bound.Token);
        var events = await WatchAsync(again);
        var rewound = Assert.Single(events.OfType<JobRewound>());
        Assert.Contains($"the checkpoint of step {paused} cannot be read", rewound.Reason);
        Assert.InRange(rewound.ToStep, 1, paused - 1);
        var end = Assert.IsType<JobFinished>(events[^1]).End;
        Assert.Equal((JobOutcome.Completed, new EpochPlan(job).TotalSteps), (end.Outcome, end.Step));
        Assert.Equal(Replayed(job, end.Step), await StoredAsync(again));
    }

    [Fact]
    public async Task A_job_with_a_too_large_learning_rate_fails_with_advice_and_its_last_good_checkpoint_can_be_read()
    {
        // Without a hidden layer and with rate × decay = 2.05, weights grow by a twentieth per step.
        var job = TrainingFixture.Specify(TrainingFixture.Digits, specification => specification with
        {
            Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Sgd, LearningRate = 20.5, WeightDecay = 0.1 },
            Network = specification.Network with { Hidden = [] },
            Epochs = 400,
        });
        await using var cluster = await StartAsync();
        var submission = Submission(job, new RunOptions { Blocks = 2, SnapshotEverySteps = 5 });
        await cluster.Client.StartAsync(submission, _bound.Token);
        var end = Assert.IsType<JobFinished>((await WatchAsync(cluster))[^1]).End;
        Assert.Equal(JobOutcome.Failed, end.Outcome);
        Assert.Matches($"step {end.Step}(, shard [0-9]+)? is not finite: try a lower learning rate .* standardised$", end.Message);

        var record = (await cluster.Client.FindJobAsync(Id, _bound.Token))!;
        Assert.InRange(record.LastCheckpoint!.Value, 1, end.Step);
        Assert.Equal(Replayed(job, record.LastCheckpoint.Value), await StoredAsync(cluster)); // predicts with the trained weights
        await cluster.Client.StartAsync(submission, _bound.Token);
        Assert.Equal(end, Assert.IsType<JobFinished>((await WatchAsync(cluster))[^1]).End); // resuming the job reports why it cannot continue
    }

    private Task<EmbeddedCluster> StartAsync() =>
        EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { StorePath = _fixture.StorePath(), Workers = 2, Threads = 2 }, _bound.Token);

    private static JobSubmission Submission(JobSpecification job, RunOptions options) =>
        new(Id, job, options, TrainingFixture.DigitsSettings, TrainingFixture.Digits);

    private async Task<List<JobEvent>> WatchAsync(EmbeddedCluster cluster)
    {
        var events = new List<JobEvent>();
        await foreach (var jobEvent in cluster.Client.WatchAsync(Id, _bound.Token)) events.Add(jobEvent);
        return events;
    }

    private async Task<string> StoredAsync(EmbeddedCluster cluster) =>
        TrainingFixture.Sha256Of(await cluster.Client.ReadWeightsAsync(Id, CheckpointChoice.Last, _bound.Token));

    private static string Replayed(JobSpecification job, long step)
    {
        var replay = new JobReplay(job, TrainingFixture.Digits);
        replay.RunTo(step);
        return TrainingFixture.Sha256Of(replay.Weights);
    }

    /// <summary>Flips the middle byte of one stored part of a checkpoint.</summary>
    private void Damage(long step)
    {
        using var connection = new SqliteConnection($"Data Source={_fixture.StorePath()};Pooling=False");
        connection.Open();
        using var read = connection.CreateCommand();
        read.CommandText = "SELECT rowid, snapshot FROM snapshot WHERE sequence_number = $step LIMIT 1";
        read.Parameters.AddWithValue("$step", step);
        long row;
        byte[] bytes;
        using (var reader = read.ExecuteReader())
        {
            Assert.True(reader.Read(), $"the checkpoint of step {step} has rows");
            (row, bytes) = (reader.GetInt64(0), (byte[])reader.GetValue(1));
        }
        bytes[bytes.Length / 2] ^= 0xff;
        using var write = connection.CreateCommand();
        write.CommandText = "UPDATE snapshot SET snapshot = $bytes WHERE rowid = $row";
        write.Parameters.AddWithValue("$bytes", bytes);
        write.Parameters.AddWithValue("$row", row);
        Assert.Equal(1, write.ExecuteNonQuery());
    }
}
