using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>The best epoch between its end and its checkpoint.</summary>
public sealed partial class TrainingRunTests
{
    [Fact]
    public void The_best_epoch_is_kept_in_memory_for_a_second_and_then_stored()
    {
        Begin();
        CompleteAndCopy(epoch: 0, loss: 2);
        Assert.Equal(1, _effects.Sent.OfType<OpenBlockEpoch>().Last().OpenThrough); // training continues meanwhile
        Pass(Second * 0.9);
        Assert.DoesNotContain(_effects.Sent.OfType<OpenCheckpoint>(), open => !open.KeepInMemory);
        Pass(Second * 0.1);
        Assert.Equal(3, Assert.Single(_effects.Sent.OfType<OpenCheckpoint>(), open => !open.KeepInMemory).Step);
        Store(3);
        Assert.Equal(3, _run.History.Latest!.Step);
    }

    [Fact]
    public void A_newer_best_replaces_the_kept_one_unwritten_and_one_of_them_is_durable_after_a_second()
    {
        Begin();
        for (var epoch = 0; epoch < 4; epoch++)
        {
            CompleteAndCopy(epoch, loss: 9 - epoch);
            Pass(Second * 0.25);
        }
        Assert.Equal([3L, 6L, 9L], _effects.Sent.OfType<CloseCheckpoint>().Select(close => close.Step));
        Assert.DoesNotContain(_effects.Sent.OfType<CloseCheckpoint>(), close => close.IsCommitted);
        Assert.Equal(12, Assert.Single(_effects.Sent.OfType<OpenCheckpoint>(), open => !open.KeepInMemory).Step);
    }

    [Fact]
    public void A_new_best_is_copied_while_the_one_before_is_on_its_way_into_the_store()
    {
        Begin();
        CompleteAndCopy(epoch: 0, loss: 3);
        Pass(Second);
        CompleteAndCopy(epoch: 1, loss: 2);
        Assert.Equal(2, _effects.Sent.OfType<OpenBlockEpoch>().Last().OpenThrough);
        Store(3);
        Pass(Second);
        Store(6);
        Assert.Equal([3L, 6L], _run.History.Checkpoints.Select(checkpoint => checkpoint.Step));
    }

    [Fact]
    public void A_checkpoint_of_a_later_step_waits_until_the_kept_best_is_committed()
    {
        _run.OnStart(Start() with { Options = new RunOptions { SnapshotEverySteps = 4 } }, _now);
        Settle();
        CompleteAndCopy(epoch: 0, loss: 2);
        _effects.Sent.Clear();
        _run.OnStepsProgressed(new StepsProgressed(SampleJobs.Job, 1, 3, default), _now);
        Assert.Equal(3, Assert.Single(_effects.Sent.OfType<OpenCheckpoint>()).Step);
        Store(3);
        Assert.Equal(4, _effects.Sent.OfType<OpenCheckpoint>().Last().Step);
    }

    [Fact]
    public void A_pause_stores_the_kept_best_before_the_checkpoint_where_the_job_rests()
    {
        Begin();
        CompleteAndCopy(epoch: 0, loss: 2);
        _run.OnPause(_now);
        Settle(lineage: 1);
        _run.OnBlockHeld(new BlockHeld(SampleJobs.Job, 1, 4), _now);
        Assert.DoesNotContain(_effects.Sent.OfType<OpenCheckpoint>(), open => open.Step == 4);
        Store(3);
        Store(4);
        Assert.Equal(4, Assert.Single(_effects.Sent.OfType<JobPaused>()).Step);
        Assert.Equal([3L, 4L], _run.History.Checkpoints.Select(checkpoint => checkpoint.Step));
    }

    [Fact]
    public void A_cancelled_job_without_workers_ends_where_its_blocks_stand_once_its_kept_best_is_durable()
    {
        CancelWithoutWorkers();
        for (var i = 0; i < 4; i++) Pass(Second, step: 7);
        Store(6);
        Pass(Second, step: 7);
        Assert.Null(_run.History.End);
        Store(7);
        Assert.Equal(7, _run.History.End!.Step);
        Assert.Equal(6, _run.History.BestCheckpoint(_run.Plan!)!.Step);
    }

    [Fact]
    public void A_cancel_that_is_overdue_waits_for_the_kept_best_alone_and_ends_there()
    {
        CancelWithoutWorkers();
        for (var i = 0; i < 10; i++) Pass(Second, step: 7);
        Assert.Null(_run.History.End);
        Store(6);
        Assert.Equal(6, _run.History.End!.Step);
    }

    /// <summary>The best epoch ends at step 6 and is kept in memory, blocks are at step 7, and the checkpoint of step 3 is durable.</summary>
    private void CancelWithoutWorkers()
    {
        Begin();
        CompleteAndCopy(epoch: 0, loss: 3);
        Store(3);
        CompleteAndCopy(epoch: 1, loss: 2);
        _workerIsGone = true;
        _run.OnWorkerLeft(Worker, _now);
        _run.OnStepsProgressed(new StepsProgressed(SampleJobs.Job, 1, 7, default), _now);
        _run.OnCancel(_now);
    }

    [Fact]
    public void A_job_that_diverges_stores_its_kept_best_before_it_fails()
    {
        Begin();
        CompleteAndCopy(epoch: 0, loss: 2);
        _run.OnDiverged(new TrainingDiverged(SampleJobs.Job, 1, 5, 0), _now);
        Settle(lineage: 1);
        Assert.Null(_run.History.End);
        Store(3);
        Assert.Equal(JobOutcome.Failed, _run.History.End!.Outcome);
        Assert.Equal(3, _run.History.BestCheckpoint(_run.Plan!)!.Step);
    }

    [Fact]
    public void A_best_that_was_lost_before_it_was_durable_is_met_again_and_copied_again()
    {
        Begin();
        CompleteAndCopy(epoch: 0, loss: 2);
        CompleteAndCopy(epoch: 1, loss: 3);
        Lose();
        Assert.Null(_run.History.Lineage!.CheckpointStep);
        Complete(epoch: 0, loss: 2);
        Assert.Equal(3, _effects.Sent.OfType<OpenCheckpoint>().Last().Step);
        Assert.Equal(2, _run.History.Decisions.Count);
    }

    /// <summary>
    /// The best epoch is committed and the checkpoint after it is not: the next coordinator continues from the best, and does not look for it again.
    /// </summary>
    [Fact]
    public void A_crash_between_the_commit_of_the_kept_best_and_of_the_next_checkpoint_loses_neither()
    {
        Begin();
        CompleteAndCopy(epoch: 0, loss: 2);
        _run.OnPause(_now);
        Settle(lineage: 1);
        _run.OnBlockHeld(new BlockHeld(SampleJobs.Job, 1, 4), _now);
        Store(3);
        Recover();
        _run.OnStart(Start(), _now);
        Settle(incarnation: 2); // the block is lost too
        Assert.Equal(3, _run.History.Lineage!.CheckpointStep);
        Assert.Equal(3, _run.History.BestCheckpoint(_run.Plan!)!.Step);
        Complete(epoch: 1, loss: 3);
        Assert.Empty(_effects.Sent.OfType<OpenCheckpoint>());
    }

    private void CompleteAndCopy(int epoch, double loss)
    {
        Complete(epoch, loss);
        if (_effects.Sent.OfType<OpenCheckpoint>().LastOrDefault() is { } open)
            _run.OnCheckpointOpened(new CheckpointOpened(SampleJobs.Job, 0, open.Lineage, open.Attempt, open.Step), _now);
        Settle(lineage: _run.History.Lineage!.Lineage);
    }

    private void Pass(TimeSpan time, long step = 3)
    {
        _now += time;
        _run.OnTick(_now);
        Settle(step, lineage: _run.History.Lineage!.Lineage);
    }
}
