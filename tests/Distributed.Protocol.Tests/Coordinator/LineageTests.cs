using Distributed.Protocol.Coordinator.Lineages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Coordinator;

/// <summary>What a lineage holds, why it ends, and what the next one inherits.</summary>
public sealed class LineageTests
{
    private readonly Coordination _job = new();

    [Fact]
    public void The_next_lineage_knows_who_the_blocks_are_and_nothing_else()
    {
        _job.Load().Assign("w1");
        var before = _job.Lineage;
        before.Hear(Progress(5));
        before.Gate.Hear(Coordination.Ended(0), progress: null);
        before.Gate.Capture(3);
        before.Hold.Hear(new BlockHeld(Coordination.Job, 1, 5));
        before.Moves.Hear(new BlockLeaving(Coordination.Job, 1, 11, 1));
        before.Failures.Hear(new BlockFailed(Coordination.Job, 0, 10, 1, "it threw", false));
        Assert.NotNull(before.Failures.Pending);
        var attempt = _job.Context.NextAttempt();

        _job.Decide(new LineageStarted(2, null, Coordination.Blocks, "it threw"));
        _job.Concerns.BeginLineage(_job.History.Lineage!);

        var next = _job.Lineage;
        Assert.NotSame(before, next);
        Assert.Null(next.Fate.Lost);
        Assert.False(next.Fate.IsOver);
        Assert.False(next.Blocks.IsComplete);
        Assert.False(next.Blocks.IsAdopting);
        Assert.Null(next.Progress.Last);
        Assert.Null(next.Gate.Completed);
        Assert.False(next.Gate.IsCaptured(3));
        Assert.False(next.Hold.IsFast);
        Assert.False(next.Moves.IsMoving);
        Assert.Null(next.Failures.Pending);
        Assert.Null(next.Checkpoints.UnderWay);
        Assert.Same(Assignment.None, next.Assignments.Current);
        Assert.Equal((11, true, false), (next.Blocks.Views[1].Incarnation, next.Blocks.Views[1].IsKnown, next.Blocks.Views[1].IsLeaving));
        Assert.True(_job.Context.NextAttempt() > attempt);
        Assert.Equal("it threw", Assert.Single(_job.Effects.Sent.OfType<JobRewound>()).Reason);
    }

    [Fact]
    public void Blocks_that_the_next_lineage_has_no_use_for_are_ended()
    {
        _job.Load();
        _job.Decide(new LineageStarted(2, null, 1));
        _job.Concerns.BeginLineage(_job.History.Lineage!);
        Assert.Equal(1, Assert.Single(_job.Effects.Sent.OfType<EndBlock>()).Block);
        Assert.Equal(1, _job.Lineage.Blocks.Count);
    }

    [Fact]
    public void The_first_reason_of_a_loss_stays()
    {
        _job.Load();
        _job.Lineage.Fate.Lose("first");
        _job.Lineage.Fate.Lose("second");
        Assert.Equal("first", _job.Lineage.Fate.Next(_job.Lineage.Blocks, lostBest: null)!.Reason);
    }

    [Fact]
    public void A_lineage_begins_from_the_newest_checkpoint_that_can_be_read()
    {
        _job.Load();
        _job.Decide(Coordination.Committed(3));
        _job.Decide(Coordination.Committed(6));
        Assert.Null(_job.Lineage.Fate.Next(_job.Lineage.Blocks, lostBest: null));
        _job.Lineage.Fate.FindUnreadable(6, "a part is damaged");
        var next = _job.Lineage.Fate.Next(_job.Lineage.Blocks, lostBest: null)!;
        Assert.Equal((2, 3, "a part is damaged"), (next.Lineage, next.CheckpointStep, next.Reason));
    }

    [Fact]
    public void Other_options_begin_another_lineage_for_which_nothing_is_lost()
    {
        _job.Load();
        Assert.False(_job.Lineage.Fate.IsReplaced);
        _job.Decide(new RunOptionsChanged(new RunOptions { Blocks = Coordination.Blocks, AuditShare = 0.5 }));
        Assert.True(_job.Lineage.Fate.IsReplaced);
        var next = _job.Lineage.Fate.Next(_job.Lineage.Blocks, lostBest: null)!;
        Assert.Equal((0.5, null), (next.AuditShare, next.Reason));
    }

    [Fact]
    public void Only_the_answer_of_another_incarnation_tells_that_a_block_lost_its_memory()
    {
        _job.Load();
        var stale = new BlockState(Coordination.Job, 0, Incarnation: 9, Term: 1, Query: 0, Lineage: 0, Step: 0, Copied: null);
        Assert.Equal(BlockRoster.Word.Ignored, _job.Lineage.Blocks.Hear(stale, isReleased: false));
        Assert.Equal(BlockRoster.Word.LostMemory, _job.Lineage.Blocks.Hear(_job.Answer(0, incarnation: 12, lineage: 0), isReleased: false));
        Assert.Equal(BlockRoster.Word.Taken, _job.Lineage.Blocks.Hear(_job.Answer(0, incarnation: 12, lineage: 0), isReleased: false));
    }

    [Fact]
    public void A_block_that_was_let_go_and_comes_again_has_moved_and_lost_nothing()
    {
        _job.Load();
        Assert.True(_job.Lineage.Moves.Hear(new BlockLeaving(Coordination.Job, 0, 10, 1)));
        Assert.True(_job.Lineage.Moves.MustHold);
        _job.Lineage.Moves.LetGo();
        Assert.Equal(0, Assert.Single(_job.Effects.Sent.OfType<ReleaseBlock>()).Block);
        Assert.Equal(BlockRoster.Word.Taken, _job.Lineage.Blocks.Hear(_job.Answer(0, incarnation: 12, lineage: 0), _job.Lineage.Moves.HasReleased));
        _job.Lineage.Moves.LetGo();
        Assert.True(_job.Lineage.Fate.IsReplaced);
        Assert.Null(_job.Lineage.Fate.Lost);
    }

    [Fact]
    public void A_move_is_given_up_within_a_bound()
    {
        _job.Load();
        _job.Lineage.Moves.Hear(new BlockLeaving(Coordination.Job, 0, 10, 1));
        _job.Lineage.Moves.LetGo();
        _job.Wait(_job.Times.MoveWithin - TimeSpan.FromTicks(1));
        _job.Lineage.Moves.LetGo();
        Assert.False(_job.Lineage.Fate.IsOver);
        _job.Wait(TimeSpan.FromTicks(1));
        _job.Lineage.Moves.LetGo();
        Assert.True(_job.Lineage.Fate.IsOver);
    }

    [Fact]
    public void A_block_of_a_lineage_that_is_over_may_go_at_once()
    {
        _job.Load();
        _job.Decide(new LineageStarted(2, null, Coordination.Blocks));
        _job.Concerns.BeginLineage(_job.History.Lineage!);
        Assert.False(_job.Lineage.Moves.Hear(new BlockLeaving(Coordination.Job, 0, 10, 1)));
        Assert.Single(_job.Effects.Sent.OfType<ReleaseBlock>());
        Assert.False(_job.Lineage.Moves.IsMoving);
    }

    [Fact]
    public void A_failed_worker_counts_once_all_that_are_ready_have_thrown()
    {
        _job.Load().Assign("w1", "w2");
        Assert.True(_job.Lineage.Failures.Hear(Thrown("w1", 1), isAtRest: false));
        Assert.Null(_job.Lineage.Failures.Pending);
        Assert.False(_job.Lineage.Failures.Hear(Thrown("w1", 1), isAtRest: false)); // repeated
        Assert.True(_job.Lineage.Failures.Hear(Thrown("w2", 1), isAtRest: false));
        Assert.Equal("w2 threw", _job.Lineage.Failures.Pending!.Cause);
    }

    [Fact]
    public void What_workers_threw_is_forgotten_once_steps_go_on()
    {
        _job.Load().Assign("w1", "w2");
        _job.Lineage.Failures.Hear(Thrown("w1", 1), isAtRest: false);
        _job.Lineage.Hear(Progress(1));
        _job.Concerns.Crew.Add(new WorkerId("w1"));
        _job.Concerns.Crew.MakeReady(_job.Concerns.Crew.Find(new WorkerId("w1"))!, 1);
        _job.Lineage.Failures.Hear(Thrown("w2", 1), isAtRest: false);
        Assert.Null(_job.Lineage.Failures.Pending);
    }

    [Fact]
    public void The_worker_that_two_others_deny_is_excluded_and_then_the_lineage_is_lost()
    {
        _job.Load().Assign("w1", "w2", "w3");
        ShardClaim[] claims = [new(new WorkerId("w1"), 7), new(new WorkerId("w2"), 8), new(new WorkerId("w3"), 8)];
        _job.Lineage.Hear(new AuditDisputed(Coordination.Job, 0, 1, 2, 1, claims[..2]));
        Assert.Null(_job.Lineage.Audits.Decide());
        Assert.Contains("another worker decides", _job.Lineage.Audits.Wait, StringComparison.Ordinal);
        _job.Lineage.Audits.Reconcile();
        Assert.Equal((2, 1), (Assert.Single(_job.Effects.Take<AuditShard>()) is var asked ? asked.Step : 0, asked.Shard));
        _job.Lineage.Hear(new AuditDisputed(Coordination.Job, 0, 1, 2, 1, claims));
        var excluded = _job.Lineage.Audits.Decide()!;
        Assert.Equal("w1", excluded.Worker.Value);
        Assert.Null(_job.Lineage.Fate.Lost);
        _job.Decide(excluded);
        Assert.Null(_job.Lineage.Audits.Decide());
        Assert.Equal(excluded.Reason, _job.Lineage.Fate.Lost);
    }

    private static StepsProgressed Progress(long step) => new(Coordination.Job, 1, step, default);

    private static WorkerFailed Thrown(string worker, long number) => new(Coordination.Job, new WorkerId(worker), number, 1, $"{worker} threw", false);
}
