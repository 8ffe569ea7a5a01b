using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Snapshots;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>Checkpoints, their stored parts, and blocks that move by them.</summary>
public sealed partial class TrainingRunTests
{
    [Fact]
    public void Given_weights_are_kept_and_never_deleted()
    {
        var given = new SnapshotPart(0, 26, "another", 1, 0);
        Begin(new Checkpoint(0, 5, [given], default, 26));
        for (var step = 3; step <= 6; step += 3)
        {
            Complete(epoch: (step / 3) - 1, loss: 10 - step);
            Store(step);
        }
        Assert.Contains(_run.History.Checkpoints, checkpoint => checkpoint.IsGiven);
        Assert.DoesNotContain(given, _effects.Deleted);
    }

    [Fact]
    public void A_checkpoint_is_not_committed_before_its_last_block()
    {
        Begin(blocks: 2);
        Complete(epoch: 0, loss: 2);
        Store(3, block: 1);
        Assert.Null(_run.History.Latest);
        Store(3, block: 0);
        Assert.Equal(3, _run.History.Latest!.Step);
    }

    [Fact]
    public void A_block_that_leaves_is_let_go_at_a_durable_checkpoint_from_which_the_job_goes_on_elsewhere()
    {
        Begin();
        var leaving = new BlockLeaving(SampleJobs.Job, 0, Incarnation: 1, Lineage: 1);
        _run.OnBlockLeaving(leaving, _now);
        Settle(step: 1, lineage: 1);
        Assert.Single(_effects.Sent.OfType<HoldBlock>());
        _run.OnBlockHeld(new BlockHeld(SampleJobs.Job, 1, 2), _now);
        _run.OnBlockLeaving(leaving, _now); // repeated until it is released
        Assert.Empty(_effects.Sent.OfType<ReleaseBlock>());
        Store(2);
        Assert.Single(_effects.Sent.OfType<ReleaseBlock>());
        Lose();
        Assert.Equal(2, _run.History.Lineage!.CheckpointStep);
        Assert.Empty(_effects.Sent.OfType<JobRewound>());
        Assert.False(_run.History.IsPaused);
    }

    [Fact]
    public void A_block_that_was_let_go_and_does_not_go_holds_the_job_for_a_bounded_time()
    {
        Begin();
        _run.OnBlockLeaving(new BlockLeaving(SampleJobs.Job, 0, 1, 1), _now);
        _run.OnBlockHeld(new BlockHeld(SampleJobs.Job, 1, 2), _now);
        Store(2);
        _now += new CoordinatorTimes().MoveWithin + Second;
        _run.OnTick(_now);
        Settle(step: 2, lineage: 1);
        Assert.Equal(2, _run.History.Lineage!.Lineage);
        Assert.Equal(2, _run.History.Lineage.CheckpointStep);
    }

    [Fact]
    public void A_new_coordinator_frees_a_job_that_the_one_before_held_for_a_move()
    {
        Begin();
        _run.OnBlockLeaving(new BlockLeaving(SampleJobs.Job, 0, 1, 1), _now);
        Recover();
        Settle(step: 2, lineage: 1);
        _run.OnBlockHeld(new BlockHeld(SampleJobs.Job, 1, 2), _now);
        Store(2);
        _run.OnTick(_now);
        Settle(step: 2, lineage: 1);
        Assert.Equal(2, _run.History.Lineage!.Lineage);
        Assert.Equal(2, _run.History.Lineage.CheckpointStep);
    }

    [Fact]
    public void Parts_that_nobody_names_are_looked_for_with_each_lineage_and_never_those_under_way()
    {
        Begin();
        Complete(epoch: 0, loss: 2);
        Store(3); // part "p"
        Lose();
        var sweep = _effects.Sweeps[^1];
        Assert.True(sweep.IsOrphan(PartsSweep.PersistenceIdOf(SampleJobs.Job, 1, 0, 7), 4));
        Assert.True(sweep.IsOrphan(PartsSweep.PersistenceIdOf(SampleJobs.Job, 2, 0, 7), 2));
        Assert.False(sweep.IsOrphan(PartsSweep.PersistenceIdOf(SampleJobs.Job, 2, 0, 7), 5));
        Assert.False(sweep.IsOrphan(PartsSweep.PersistenceIdOf(SampleJobs.Job, 3, 0, 7), 1)); // a newer coordinator's
        Assert.False(sweep.IsOrphan(PartsSweep.PersistenceIdOf(SampleJobs.Job, 0, 0, 0), 0)); // given weights
        Assert.False(sweep.IsOrphan("p", 3));
        Assert.False(sweep.IsOrphan($"snapshot-{SampleJobs.Job}-x-1-2", 3));
    }

    [Fact]
    public void A_checkpoint_is_taken_at_each_epochs_end_when_that_is_asked_for()
    {
        _run.OnStart(Start() with { Options = new RunOptions { SnapshotEachEpoch = true } }, _now);
        Settle();
        Complete(epoch: 0, loss: 2);
        Store(3);
        Complete(epoch: 1, loss: 3); // not the best
        Store(6);
        Assert.Equal([3L, 6L], _run.History.Checkpoints.Select(checkpoint => checkpoint.Step));
    }

    [Fact]
    public void Blocks_that_move_while_nobody_computes_are_saved_where_they_stand_now()
    {
        Begin();
        Complete(epoch: 0, loss: 2);
        Store(3);
        _run.OnWorkerLeft(Worker, _now);
        _workerIsGone = true;
        _now += Second * 10;
        _run.OnTick(_now); // asks; as last reported, the block stands at the checkpoint
        _effects.Sent.Clear();
        _run.OnBlockLeaving(new BlockLeaving(SampleJobs.Job, 0, 1, 1), _now);
        Assert.DoesNotContain(_effects.Sent, message => message is ReleaseBlock);
        _now += Second * 10;
        _run.OnTick(_now);
        Settle(step: 5, lineage: 1);
        Store(5);
        Assert.Contains(_effects.Sent, message => message is ReleaseBlock);
    }

    [Fact]
    public void A_step_whose_checkpoint_is_committed_is_not_named_again_when_word_of_progress_was_lost()
    {
        _run.OnStart(Start() with { Options = new RunOptions { SnapshotEvery = Second } }, _now);
        Settle();
        _run.OnStepsProgressed(new StepsProgressed(SampleJobs.Job, 1, 0, default), _now);
        for (var step = 1; step <= 2; step++)
        {
            _now += Second * 1.5;
            _run.OnTick(_now);
            Settle(lineage: 1);
            Assert.Equal(step, _effects.Sent.OfType<OpenCheckpoint>().Last().Step);
            Store(step); // the steps in between were not reported
            _effects.Sent.Clear();
        }
        Assert.Equal([1L, 2L], _run.History.Checkpoints.Select(checkpoint => checkpoint.Step));
    }
}
