using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>One block, one worker, and a coordinator whose decisions are durable at once.</summary>
public sealed partial class TrainingRunTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly WorkerId Worker = new("w1");
    private static readonly RunOptions Options = new() { SnapshotEverySteps = 1000 };

    private readonly Recorder _effects = new();
    private TimeSpan _now = Second;
    private TrainingRun _run;
    private JobHistory _journal = new();
    private bool _workerIsGone;
    private Action _beforeTheStart = () => { };

    public TrainingRunTests() => _run = new TrainingRun(SampleJobs.Job, new JobHistory(), new CoordinatorTimes(), _effects);

    [Fact]
    public void Nobody_hears_of_a_lineage_before_it_is_in_the_journal()
    {
        _run.OnStart(Start(), _now);
        while (_effects.Persisting is not LineageStarted)
        {
            Assert.Empty(_effects.Sent.OfType<IBlockMessage>());
            Write();
        }
        Assert.Empty(_effects.Sent.OfType<LoadBlock>());
        Settle();
        Assert.Equal(1, Assert.Single(_effects.Take<AssignWorker>()).Assignment.Number & uint.MaxValue);
    }

    [Fact]
    public void An_epoch_is_decided_once_and_the_decision_used_again_after_a_rewind()
    {
        Begin();
        Complete(epoch: 0, loss: 2);
        Assert.Single(_run.History.Decisions);
        Lose();
        Assert.Equal(2, _run.History.Lineage!.Lineage);
        Complete(epoch: 0, loss: 1);
        Assert.Equal(2, Assert.Single(_run.History.Decisions).Metrics.TrainLoss);
    }

    [Fact]
    public void An_answer_of_a_dead_incarnation_that_comes_late_rewinds_nothing()
    {
        Begin();
        _run.OnBlockState(new BlockState(SampleJobs.Job, 0, Incarnation: 99, Term: 0, Query: 0, Lineage: 0, Step: 0, Copied: null), _now);
        Settle();
        Assert.Equal(1, _run.History.Lineage!.Lineage);
    }

    [Fact]
    public void A_new_coordinator_goes_on_with_blocks_that_lost_nothing_and_with_their_open_checkpoint()
    {
        Begin();
        Complete(epoch: 0, loss: 2); // the best so far: its checkpoint opens at step 3
        Recover();
        Settle(step: 4, lineage: 1, copied: 3);
        Assert.Equal(1, _run.History.Lineage!.Lineage);
        var open = _effects.Take<OpenCheckpoint>();
        Assert.Equal(3, open[^1].Step);
        _run.OnSnapshotSaved(new SnapshotSaved(SampleJobs.Job, 0, 1, open[^1].Attempt, 3, [new SnapshotPart(0, 26, "p", 1, 0)], default), _now);
        Settle(step: 4, lineage: 1);
        Assert.Equal(3, _run.History.Latest!.Step);
    }

    [Fact]
    public void A_pause_that_is_in_force_is_told_to_whoever_asks_again_and_frees_everything()
    {
        Begin();
        _run.OnPause(_now);
        Settle();
        _run.OnBlockHeld(new BlockHeld(SampleJobs.Job, 1, 2), _now);
        Store(2);
        Assert.Equal(2, Assert.Single(_effects.Sent.OfType<JobPaused>()).Step);
        Assert.Contains(_effects.Sent, message => message is EndBlock);
        Assert.Contains(_effects.Sent, message => message is LeaveJob);
        _effects.Sent.Clear();
        _run.OnPause(_now); // the answer was lost
        Assert.Equal(2, Assert.Single(_effects.Take<JobPaused>()).Step);
        _run.OnStart(Start(), _now);
        Settle();
        Assert.Equal(2, _run.History.Lineage!.CheckpointStep);
    }

    [Fact]
    public void A_job_that_is_held_after_an_epoch_rests_at_its_end_and_goes_on_with_other_options()
    {
        Begin(holdAfter: 1);
        Complete(epoch: 0, loss: 2);
        Assert.DoesNotContain(_effects.Sent, message => message is OpenBlockEpoch { OpenThrough: > 0 });
        Store(3);
        Assert.Equal(3, Assert.Single(_effects.Take<JobPaused>()).Step);
        _run.OnStart(Start(holdAfter: 1), _now); // repeated: it stays there, and says so
        Settle();
        Assert.Equal(3, Assert.Single(_effects.Take<JobPaused>()).Step);
        Assert.Equal(1, _run.History.Lineage!.Lineage);
        _run.OnStart(Start(holdAfter: 2), _now);
        Settle();
        Assert.Equal(3, _run.History.Lineage!.CheckpointStep);
        Assert.False(_run.History.IsPaused);
    }

    [Fact]
    public void A_held_job_is_ended_for_the_reason_that_is_given()
    {
        Begin(holdAfter: 1);
        Complete(epoch: 0, loss: 2);
        Store(3);
        _run.OnCancel(_now, StopReason.Rung);
        Settle();
        Assert.Equal(new JobEnded(JobOutcome.Cancelled, 3, StopReason.Rung, null), _run.History.End! with { WeightsSha256 = null });
    }

    [Fact]
    public void A_cancelled_job_without_workers_ends_at_its_last_checkpoint()
    {
        Begin();
        Complete(epoch: 0, loss: 2);
        Store(3);
        _workerIsGone = true;
        _run.OnWorkerLeft(Worker, _now);
        _run.OnCancel(_now);
        for (var i = 0; i < 5; i++)
        {
            _now += Second;
            _run.OnTick(_now);
            Settle(step: 4, lineage: 1);
        }
        Assert.Equal(JobOutcome.Cancelled, _run.History.End!.Outcome);
        Assert.Equal(3, _run.History.End.Step);
    }

    [Fact]
    public void A_block_that_speaks_after_the_end_is_ended()
    {
        Begin();
        _run.OnDiverged(new TrainingDiverged(SampleJobs.Job, 1, 1, 0), _now);
        Settle();
        Assert.Equal(JobOutcome.Failed, _run.History.End!.Outcome);
        Recover();
        _effects.Sent.Clear();
        _run.OnStepLate(new StepLate(SampleJobs.Job, 0, 1, 1, []), _now);
        Assert.Equal(1, Assert.Single(_effects.Take<EndBlock>()).Lineage);
    }

    [Fact]
    public void A_long_journal_is_summed_up_and_a_coordinator_goes_on_from_the_summary_alone()
    {
        Begin();
        Complete(epoch: 0, loss: 2);
        Store(3);
        for (var i = 0; i < 300 && _run.History.EventsSinceSummary > 0; i++)
        {
            _run.OnStart(Start() with { Options = Options with { MinimumWorkers = 1, SnapshotEverySteps = 1000 + i } }, _now);
            Settle(lineage: 1);
        }
        Assert.Equal(0, _run.History.EventsSinceSummary);
        _journal = new JobHistory();
        _journal.Apply(_run.History.Summarize()); // all other rows are deleted
        var before = _run.History;
        Recover();
        Settle(step: 3, lineage: 1);
        Assert.Equal((before.Lineage, before.Latest, before.Best, before.Term + 1), (_run.History.Lineage, _run.History.Latest, _run.History.Best, _run.History.Term));
    }

    [Fact]
    public void How_a_job_began_is_in_its_journal_before_anyone_hears_of_it_and_another_coordinator_does_not_change_it()
    {
        _run.OnStart(Start(), _now);
        Settle();
        var first = Assert.Single(_effects.Take<JobStarted>());
        Assert.Equal((0, 1, 1), (first.FromStep, first.Workers, _run.History.FirstWorkers));

        var second = new WorkerId("w2");
        Recover();
        Settle(step: 1, lineage: 1);
        _run.OnWorkerUp(second, _now);
        _run.OnWorkerReady(new WorkerReady(SampleJobs.Job, second, 1), _now);
        Complete(epoch: 0, loss: 2);
        Assert.Single(_effects.Take<JobStarted>()); // its own first assignment
        Assert.Equal(1, _run.History.FirstWorkers);
        var recovered = new JobHistory();
        recovered.Apply(_run.History.Summarize());
        Assert.Equal((true, 1), (recovered.HasBegun, recovered.FirstWorkers));
    }

    [Fact]
    public void Steps_that_are_faster_than_the_journal_are_not_told_before_the_start()
    {
        _beforeTheStart = () => _run.OnStepsProgressed(new StepsProgressed(SampleJobs.Job, 1, 2, default), _now);
        _run.OnStart(Start(), _now);
        Settle();
        _run.OnStepsProgressed(new StepsProgressed(SampleJobs.Job, 1, 3, default), _now);
        Assert.Equal([0, 3], _effects.Sent.Select(message => (message as JobStarted)?.FromStep ?? (message as JobProgressed)?.Step).OfType<long>());
    }

    [Fact]
    public void A_job_that_an_earlier_release_began_is_not_said_to_begin_again()
    {
        Begin();
        Complete(epoch: 0, loss: 2);
        Store(3);
        var history = _run.History;
        _journal = new JobHistory();
        foreach (var row in (JournalEvent[])[
            new JobSubmitted(history.Specification!, history.Options), new TermStarted(1), history.Lineage!, history.Decisions[0], new CheckpointCommitted(history.Latest!)])
            _journal.Apply(row);
        Assert.True(_journal.HasBegun);
        Recover();
        Settle(step: 3, lineage: 1);
        Complete(epoch: 1, loss: 1);
        Assert.Equal(2, _run.History.Decisions.Count);
        Assert.Null(_run.History.FirstWorkers);
        Assert.Single(_effects.Take<JobStarted>());
    }

    private static StartJob Start(Checkpoint? initial = null, int blocks = 1, int? holdAfter = null) => new(
        SampleJobs.Job,
        SampleJobs.Small with { Epochs = 9, Initial = initial is null ? null : new InitialWeights("00", "another job") },
        Options with { Blocks = blocks, HoldAfter = holdAfter }, initial);

    private void Begin(Checkpoint? initial = null, int blocks = 1, int? holdAfter = null)
    {
        _run.OnStart(Start(initial, blocks, holdAfter), _now);
        Settle();
        _effects.Sent.Clear();
        _run.OnTick(_now); // the first assignment is in the journal now
        Settle();
        _effects.Sent.Clear();
    }

    private void Write()
    {
        var decision = _effects.Persisting!;
        _effects.Persisting = null;
        if (decision is TrainingBegan)
        {
            _beforeTheStart();
            Assert.Empty(_effects.Sent.OfType<JobStarted>());
        }
        _journal.Apply(decision);
        _run.OnPersisted(decision, _now);
    }

    /// <summary>Persists decisions and answers as the blocks and the worker would, until nothing more follows.</summary>
    private void Settle(long step = 0, long lineage = 0, long? copied = null, long incarnation = 1, bool answersLoads = true)
    {
        if (!_workerIsGone) _run.OnWorkerUp(Worker, _now);
        var answered = new HashSet<object>(ReferenceEqualityComparer.Instance);
        for (var more = true; more;)
        {
            more = _effects.Persisting is not null;
            if (more) Write();
            foreach (var message in _effects.Sent.ToList())
            {
                if (!answered.Add(message)) continue;
                more = true;
                if (message is GetBlockState ask)
                    _run.OnBlockState(new BlockState(SampleJobs.Job, ask.Block, incarnation, ask.Term, ask.Query, lineage, step, copied), _now);
                else if (message is LoadBlock load && answersLoads)
                    _run.OnBlockState(new BlockState(SampleJobs.Job, load.Block, load.Incarnation, load.Term, load.Query, load.Lineage, 0, null), _now);
                else if (message is JoinJob join) _run.OnWorkerReady(new WorkerReady(SampleJobs.Job, Worker, join.Lineage), _now);
            }
        }
    }

    private void Complete(int epoch, double loss, bool isDurable = true)
    {
        _run.OnEpochCompleted(Ended(epoch, loss), _now);
        if (isDurable) Settle(lineage: _run.History.Lineage!.Lineage);
    }

    private void Store(long step, int block = 0)
    {
        var open = _effects.Sent.OfType<OpenCheckpoint>().Last(message => message.Step == step);
        _run.OnSnapshotSaved(
            new SnapshotSaved(SampleJobs.Job, block, open.Lineage, open.Attempt, step, [new SnapshotPart(13 * block, 13, "p", step, 0)], default), _now);
        Settle(lineage: _run.History.Lineage!.Lineage);
    }

    /// <summary>The block dies and restarts without memory.</summary>
    private void Lose()
    {
        _now += Second * 10;
        _run.OnTick(_now);
        var ask = _effects.Sent.OfType<GetBlockState>().Last();
        _run.OnBlockState(new BlockState(SampleJobs.Job, 0, 2, ask.Term, ask.Query, 0, 0, null), _now);
        Settle(incarnation: 2);
    }

    /// <summary>The coordinator dies; another one recovers from the journal.</summary>
    private void Recover()
    {
        var history = _journal;
        _effects.Sent.Clear();
        _effects.Persisting = null;
        _run = new TrainingRun(SampleJobs.Job, history, new CoordinatorTimes(), _effects);
        _journal = new JobHistory();
        _run.OnTick(_now);
    }
}
