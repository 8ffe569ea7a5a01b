using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Coordinator;

/// <summary>Epochs, rests and endings.</summary>
public sealed class BoundaryTests
{
    private readonly Coordination _job = new();

    [Fact]
    public void The_next_epoch_opens_once_the_one_before_is_decided_and_the_best_is_copied()
    {
        _job.Load();
        Assert.Equal(0, _job.Lineage.Gate.OpenThrough);
        _job.Decide(Coordination.Decided(0, isBest: true));
        Assert.Equal(0, _job.Lineage.Gate.OpenThrough);
        _job.Lineage.Gate.Capture(3);
        Assert.Equal(1, _job.Lineage.Gate.OpenThrough);
        _job.Lineage.Gate.GiveUp(3);
        Assert.Equal(0, _job.Lineage.Gate.OpenThrough);
    }

    [Fact]
    public void An_epoch_is_decided_once()
    {
        _job.Load();
        Assert.Null(_job.Lineage.Gate.Decide());
        Assert.True(_job.Lineage.Gate.Hear(Coordination.Ended(0, loss: 2), progress: null));
        var decided = _job.Lineage.Gate.Decide()!;
        Assert.Equal((0, true, 2.0), (decided.Epoch, decided.IsBest, decided.Metrics.TrainLoss));
        _job.Decide(decided);
        Assert.True(_job.Lineage.Gate.Hear(Coordination.Ended(0, loss: 1), progress: null)); // computed again after a rewind
        Assert.Null(_job.Lineage.Gate.Decide());
    }

    [Fact]
    public void The_end_of_an_epoch_that_block_0_has_passed_is_of_the_past()
    {
        _job.Load();
        Assert.False(_job.Lineage.Gate.Hear(Coordination.Ended(0), progress: 4));
        Assert.False(_job.Lineage.Gate.Hear(Coordination.Ended(0, lineage: 2), progress: null));
        Assert.False(_job.Lineage.Gate.Hear(Coordination.Ended(1), progress: null)); // before the first is decided
        Assert.Null(_job.Lineage.Gate.Completed);
    }

    [Fact]
    public void A_job_that_is_to_rest_stays_at_a_boundary_unless_a_block_may_have_heard_that_the_next_epoch_is_open()
    {
        _job.Load();
        _job.Decide(Coordination.Decided(0));
        _job.Lineage.Gate.Hear(Coordination.Ended(0), progress: null);
        _job.Decide(new PauseChanged(true));
        Assert.Equal((0, 3L), (_job.Lineage.Gate.OpenThrough, _job.Lineage.Hold.RestingStep()));
        var open = new Coordination().Load();
        open.Decide(Coordination.Decided(0));
        open.Lineage.Gate.TellOpen();
        open.Lineage.Gate.Hear(Coordination.Ended(0), progress: null);
        open.Decide(new PauseChanged(true));
        Assert.Equal((1, null), (open.Lineage.Gate.OpenThrough, open.Lineage.Hold.RestingStep()));
    }

    [Fact]
    public void Block_0_is_asked_to_withhold_until_it_does()
    {
        _job.Load().Assign("w1");
        Assert.Null(_job.Lineage.Hold.Reconcile(bestIsOnItsWay: false));
        Assert.Empty(_job.Effects.Take<HoldBlock>());
        _job.Decide(new PauseChanged(true));
        Assert.Null(_job.Lineage.Hold.Reconcile(bestIsOnItsWay: false));
        Assert.Single(_job.Effects.Take<HoldBlock>());
        _job.Lineage.Hear(new BlockHeld(Coordination.Job, 1, 2));
        Assert.Equal(2, _job.Lineage.Hold.RestingStep());
        Assert.Null(_job.Lineage.Hold.Reconcile(bestIsOnItsWay: false)); // its checkpoint is missing
        _job.Decide(Coordination.Committed(2));
        Assert.Null(_job.Lineage.Hold.Reconcile(bestIsOnItsWay: true));
        Assert.Equal(2, _job.Lineage.Hold.Reconcile(bestIsOnItsWay: false));
    }

    [Fact]
    public void Blocks_without_workers_are_believed_to_stand_once_all_have_said_so()
    {
        _job.Load(step: 2);
        _job.Lineage.Moves.Begin();
        _job.Wait(_job.Times.IdleBeforeRest);
        Assert.Null(_job.Lineage.Hold.RestingStep());
        _job.Lineage.Hear(_job.Answer(0, incarnation: 10, step: 2));
        Assert.Null(_job.Lineage.Hold.RestingStep());
        _job.Lineage.Hear(_job.Answer(1, incarnation: 11, step: 2));
        Assert.Equal(2, _job.Lineage.Hold.RestingStep());
    }

    [Fact]
    public void A_cancel_takes_the_work_back_and_then_ends_the_job_with_what_it_has()
    {
        _job.Load();
        _job.Concerns.Cancel.Reconcile();
        Assert.False(_job.Concerns.Cancel.IsOver);
        _job.Decide(new CancelRequested());
        _job.Concerns.Cancel.Reconcile();
        _job.Wait(_job.Times.CancelHoldWithin);
        _job.Concerns.Cancel.Reconcile(); // the time still runs from the first call
        Assert.Equal((true, false), (_job.Concerns.Cancel.MustWithdraw, _job.Concerns.Cancel.IsOver));
        _job.Wait(_job.Times.CancelWithin - _job.Times.CancelHoldWithin);
        Assert.Same(JobEnded.WithoutWeights, _job.Concerns.Ending.Overdue(_job.Lineage.Blocks, _job.Lineage.Checkpoints));
        _job.Decide(Coordination.Committed(3));
        Assert.Equal(3, _job.Concerns.Ending.Overdue(_job.Lineage.Blocks, _job.Lineage.Checkpoints)!.Step);
    }

    [Theory]
    [InlineData(true, "take a smaller network")]
    [InlineData(false, "the log of that node")]
    public void Five_failed_attempts_in_a_row_end_the_job_with_advice(bool isOutOfMemory, string advice)
    {
        for (var i = 1; i < JobHistory.MaximumFailures; i++) _job.Decide(new AttemptFailed(i, 0, "it threw", isOutOfMemory));
        Assert.Null(_job.Concerns.Ending.GivenUp());
        _job.Decide(new AttemptFailed(9, 0, "it threw", false));
        var end = _job.Concerns.Ending.GivenUp()!;
        Assert.Equal(JobOutcome.Failed, end.Outcome);
        Assert.Contains(advice, end.Message, StringComparison.Ordinal);
        _job.Decide(new CancelRequested());
        Assert.Null(_job.Concerns.Ending.GivenUp());
    }

    [Fact]
    public void A_job_ends_at_the_boundary_of_its_last_decision_once_that_is_durable()
    {
        _job.Load();
        _job.Decide(Coordination.Decided(0, stop: StopReason.Target));
        Assert.Null(_job.Concerns.Ending.Reached(_job.Lineage.Checkpoints, _job.Lineage.Hold));
        _job.Decide(Coordination.Committed(3));
        var end = _job.Concerns.Ending.Reached(_job.Lineage.Checkpoints, _job.Lineage.Hold)!;
        Assert.Equal((JobOutcome.Completed, 3, StopReason.Target), (end.Outcome, end.Step, end.Reason));
    }

    [Fact]
    public void A_start_of_a_paused_job_changes_the_options_and_then_goes_on()
    {
        _job.Decide(new PauseChanged(true));
        var requests = _job.Concerns.Requests;
        requests.Pause();
        var options = new RunOptions { Blocks = 1 };
        requests.Start(new StartJob(Coordination.Job, _job.History.Specification!, options, null));
        Assert.False(requests.WantsPause);
        Assert.Equal(options, Assert.IsType<RunOptionsChanged>(requests.DecideStart()).Options);
        _job.Decide(new RunOptionsChanged(options));
        Assert.False(Assert.IsType<PauseChanged>(requests.DecideStart()).Paused);
        _job.Decide(new PauseChanged(false));
        Assert.Null(requests.DecideStart());
        Assert.False(requests.IsStarting);
    }
}
