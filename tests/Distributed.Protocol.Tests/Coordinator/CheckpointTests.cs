using Distributed.Protocol.Coordinator.Checkpoints;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Coordinator;

/// <summary>Checkpoints in progress, the best epoch's copy, and what is deleted.</summary>
public sealed class CheckpointTests
{
    private readonly Coordination _job = new(new RunOptions { Blocks = Coordination.Blocks, SnapshotEverySteps = 2 });

    private CheckpointAttempts Checkpoints => _job.Lineage.Checkpoints;

    [Fact]
    public void A_checkpoint_is_committed_once_every_block_is_durable()
    {
        Progress(1);
        var open = _job.Effects.Take<OpenCheckpoint>();
        Assert.Equal([0, 1], open.Select(message => message.Block));
        Assert.All(open, message => Assert.Equal(2, message.Step));
        Assert.True(Checkpoints.Hear(Saved(open[1])));
        Assert.Null(Checkpoints.Decide());
        Assert.False(_job.Lineage.Gate.IsCaptured(2));
        Assert.True(Checkpoints.Hear(Saved(open[0])));
        Assert.True(_job.Lineage.Gate.IsCaptured(2));
        var committed = Checkpoints.Decide()!.Checkpoint;
        Assert.Equal((2, 1), (committed.Step, committed.Lineage));
        Assert.Equal([0, 13], committed.Parts.Select(part => part.Start));
    }

    [Fact]
    public void A_block_that_is_past_the_step_makes_it_a_later_one()
    {
        Progress(1);
        var open = _job.Effects.Take<OpenCheckpoint>()[0];
        Assert.True(Checkpoints.Hear(new CheckpointTooLate(Coordination.Job, 0, 1, open.Attempt, open.Step, BlockStep: 5)));
        Assert.All(_job.Effects.Take<CloseCheckpoint>(), close => Assert.False(close.IsCommitted));
        Reconcile();
        Assert.Equal(6, _job.Effects.Take<OpenCheckpoint>()[0].Step);
        Assert.False(Checkpoints.Hear(new CheckpointTooLate(Coordination.Job, 1, 1, open.Attempt, open.Step, BlockStep: 9))); // stale
    }

    [Fact]
    public void The_best_epochs_copy_is_stored_before_any_later_checkpoint()
    {
        KeepTheBest();
        Progress(4);
        var open = _job.Effects.Take<OpenCheckpoint>();
        Assert.All(open, message => Assert.Equal((3, false), (message.Step, message.KeepInMemory)));
        Assert.True(Checkpoints.BestIsOnItsWay);
    }

    [Fact]
    public void A_copy_of_the_best_epoch_is_forgotten_when_another_one_is_better()
    {
        KeepTheBest();
        _job.Decide(Coordination.Decided(1, isBest: true));
        Assert.True(_job.Lineage.Gate.Hear(Coordination.Ended(1), progress: 3));
        Reconcile();
        Assert.Equal(6, Checkpoints.UnderWay!.Step);
        Assert.All(_job.Effects.Sent.OfType<CloseCheckpoint>(), close => Assert.Equal((3, false), (close.Step, close.IsCommitted)));
    }

    [Fact]
    public void A_job_goes_back_for_the_best_epochs_weights_when_no_block_holds_them()
    {
        _job.Load();
        _job.Decide(Coordination.Decided(0, isBest: true));
        Assert.Null(Checkpoints.LostBest());
        _job.Lineage.Hear(new StepsProgressed(Coordination.Job, 1, 4, default));
        Assert.Equal(3, Checkpoints.LostBest());
        Assert.Equal("the copy of the best epoch's weights was lost", _job.Lineage.Fate.Next(_job.Lineage.Blocks, Checkpoints.LostBest())!.Reason);
    }

    [Fact]
    public void A_kept_best_is_due_after_a_while_although_better_ones_replace_it()
    {
        var kept = new KeptBest(_job.Context);
        kept.Keep(3, 1);
        _job.Wait(_job.Times.KeepBestFor / 2);
        kept.Forget();
        kept.Keep(6, 1);
        Assert.False(kept.IsDue);
        _job.Wait(_job.Times.KeepBestFor / 2);
        Assert.True(kept.IsDue);
        Assert.True(kept.Take().WasKept);
        kept.Keep(9, 1);
        Assert.False(kept.IsDue);
    }

    [Theory]
    [InlineData(false, null, false)]
    [InlineData(true, null, true)]
    [InlineData(false, 7L, true)]
    public void The_kept_best_goes_first(bool isDue, long? wanted, bool stores) => Assert.Equal(stores, new CheckpointOrder().StoresKept(isDue, wanted));

    [Fact]
    public void Parts_that_a_kept_checkpoint_names_are_not_deleted()
    {
        _job.Decide(Coordination.Committed(3));
        SnapshotPart[] parts = [.. _job.History.Latest!.Parts, new SnapshotPart(0, 26, "old", 1, 0)];
        _job.Concerns.Parts.DeleteUnkept(parts);
        Assert.Equal("old", Assert.Single(_job.Effects.Deleted).PersistenceId);
    }

    [Fact]
    public void The_store_is_swept_after_so_many_checkpoints()
    {
        _job.Concerns.Parts.Trouble = "the disk is full";
        for (var i = 1; i < _job.Times.SweepAfter; i++) _job.Concerns.Parts.Committed();
        Assert.Empty(_job.Effects.Sweeps);
        _job.Concerns.Parts.Committed();
        Assert.Single(_job.Effects.Sweeps);
        Assert.Null(_job.Concerns.Parts.Trouble);
    }

    /// <summary>The first epoch is the best, and all blocks have its copy.</summary>
    private void KeepTheBest()
    {
        _job.Load();
        _job.Decide(Coordination.Decided(0, isBest: true));
        Assert.True(_job.Lineage.Gate.Hear(Coordination.Ended(0), progress: null));
        Reconcile();
        foreach (var open in _job.Effects.Take<OpenCheckpoint>())
        {
            Assert.Equal((3, true), (open.Step, open.KeepInMemory));
            Assert.True(Checkpoints.Hear(new CheckpointOpened(Coordination.Job, open.Block, 1, open.Attempt, open.Step)));
        }
        Reconcile();
        Assert.Equal(1, _job.Effects.Take<OpenBlockEpoch>()[0].OpenThrough);
    }

    private void Progress(long step)
    {
        if (!_job.Lineage.Blocks.IsComplete) _job.Load();
        _job.Lineage.Hear(new StepsProgressed(Coordination.Job, 1, step, default));
        Reconcile();
    }

    private void Reconcile() => Checkpoints.Reconcile(_job.Lineage.Assignments, isDiverging: false);

    private static SnapshotSaved Saved(OpenCheckpoint open) => new(
        Coordination.Job, open.Block, open.Lineage, open.Attempt, open.Step, [new SnapshotPart(13 * open.Block, 13, "p", open.Step, 0)], default);
}
