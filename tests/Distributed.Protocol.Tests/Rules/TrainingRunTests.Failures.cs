using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>Attempts that end in an exception, and cancels that cannot wait.</summary>
public sealed partial class TrainingRunTests
{
    private long _thrown;

    [Fact]
    public void A_block_that_runs_out_of_memory_five_times_in_a_row_fails_the_job_with_advice()
    {
        Begin();
        for (var attempt = 1; attempt < JobHistory.MaximumFailures; attempt++)
        {
            Throw();
            Assert.Null(_run.History.End);
            Assert.Equal(attempt + 1, _run.History.Lineage!.Lineage);
        }
        Throw();
        var end = _run.History.End!;
        Assert.Equal(JobOutcome.Failed, end.Outcome);
        Assert.Contains("block 0 on a:1: out of memory", end.Message, StringComparison.Ordinal);
        Assert.Contains("smaller network", end.Message, StringComparison.Ordinal);
        Assert.Contains("parameter servers", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_that_throws_while_it_loads_counts_too()
    {
        _run.OnStart(Start(), _now);
        for (var attempt = 1; attempt <= JobHistory.MaximumFailures; attempt++)
        {
            Settle(answersLoads: false);
            Assert.Null(_run.History.End);
            _run.OnBlockFailed(Failed(attempt), _now);
            _now += Second * 10;
            _run.OnTick(_now);
        }
        Settle();
        Assert.Equal(JobOutcome.Failed, _run.History.End!.Outcome);
    }

    [Fact]
    public void A_job_that_rewinds_for_ten_minutes_without_a_step_fails_and_says_what_memory_it_needs()
    {
        Begin();
        var until = _now + new CoordinatorTimes().FruitlessTime;
        var lost = 0;
        for (; _run.History.End is null && lost < 1000; lost++) LoseMemory(incarnation: lost + 2);
        var end = _run.History.End!;
        Assert.InRange(_now - until, TimeSpan.Zero, Second * 30);
        Assert.Equal(JobOutcome.Failed, end.Outcome);
        Assert.Contains("times in a row without a step", end.Message, StringComparison.Ordinal);
        Assert.Contains("optimizer state", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_between_rewinds_proves_that_the_job_gets_on_and_the_journal_remembers_it()
    {
        Begin();
        for (var i = 1; i <= 300; i++)
        {
            LoseMemory(incarnation: i + 1);
            Assert.Equal(1, _journal.Fruitless); // of this term
            if (i % 50 != 0) continue;
            var lineage = _run.History.Lineage!.Lineage;
            _run.OnStepsProgressed(new StepsProgressed(SampleJobs.Job, lineage, 1, default), _now);
            Settle(lineage: lineage, incarnation: i + 1);
            Assert.Equal(0, _journal.Fruitless);
            break;
        }
        Assert.Null(_run.History.End);
    }

    [Fact]
    public void A_job_whose_whole_process_ends_in_term_after_term_fails_also_when_a_summary_lies_between()
    {
        var history = new JobHistory();
        history.Apply(new JobSubmitted(SampleJobs.Small, new RunOptions { Blocks = 1 }));
        history.Apply(new TermStarted(1));
        history.Apply(new LineageStarted(1, null, 1));
        for (var i = 2; i <= JobHistory.MaximumFruitless + 1; i++)
        {
            history.Apply(new TermStarted(i));
            history.Apply(new LineageStarted(i, null, 1, "blocks lost their memory"));
            if (i != 30) continue;
            var summary = history.Summarize();
            history = new JobHistory();
            history.Apply(summary);
        }
        Assert.Equal(JobHistory.MaximumFruitless, history.Fruitless);
        var effects = new Recorder();
        var run = new TrainingRun(SampleJobs.Job, history, new CoordinatorTimes(), effects);
        run.OnTick(_now);
        run.OnPersisted(Assert.IsType<TermStarted>(effects.Persisting), _now);
        var asked = Assert.Single(effects.Take<GetBlockState>());
        run.OnBlockState(new BlockState(SampleJobs.Job, 0, 7, asked.Term, asked.Query, 0, 0, null), _now);
        Assert.Contains("too much memory", Assert.IsType<JobEnded>(effects.Persisting).Message, StringComparison.Ordinal);
        history.Apply(new PauseChanged(false));
        Assert.Equal(0, history.Fruitless);
    }

    /// <summary>The block's process has ended, and its successor has no state.</summary>
    private void LoseMemory(long incarnation)
    {
        _now += Second * 10;
        _effects.Sent.Clear();
        _run.OnTick(_now);
        Settle(incarnation: incarnation);
    }

    [Fact]
    public void A_block_that_throws_costs_one_lineage()
    {
        Begin();
        _run.OnBlockFailed(Failed(1), _now);
        _now += Second * 10;
        _run.OnTick(_now);
        Settle(incarnation: 2);
        Assert.Equal(2, _run.History.Lineage!.Lineage);
        Assert.Equal(2, _effects.Sent.OfType<LoadBlock>().Last().Incarnation);
    }

    [Fact]
    public void The_count_outlives_its_coordinator_and_a_summary_of_the_journal()
    {
        Begin();
        for (var attempt = 1; attempt < JobHistory.MaximumFailures; attempt++) Throw();
        _journal = new JobHistory();
        _journal.Apply(_run.History.Summarize());
        Recover();
        Settle();
        Assert.Null(_run.History.End);
        Throw();
        Assert.Equal(JobOutcome.Failed, _run.History.End!.Outcome);
    }

    [Fact]
    public void An_epoch_a_commit_changed_options_and_a_resume_begin_the_count_anew()
    {
        Begin();
        for (var i = 0; i < 4; i++) Throw();
        Complete(epoch: 0, loss: 2);
        Assert.Empty(_run.History.Failures);
        for (var i = 0; i < 4; i++) Throw();
        Complete(epoch: 0, loss: 2); // repeating an epoch is no progress
        Assert.Equal(4, _run.History.Failures.Count);
        Store(3);
        Assert.Empty(_run.History.Failures);
        for (var i = 0; i < 4; i++) Throw();
        _run.OnStart(Start(blocks: 2), _now);
        Settle();
        Assert.Empty(_run.History.Failures);
    }

    [Fact]
    public void Lost_nodes_unreadable_checkpoints_and_stores_that_are_away_never_count()
    {
        Begin();
        for (var i = 0; i < 20; i++)
        {
            Lose();
            _run.OnSnapshotDelayed(new SnapshotDelayed(SampleJobs.Job, 0, _run.History.Lineage!.Lineage, 1, "the store is away"));
            _run.OnWorkerLeft(Worker, _now);
            Settle();
        }
        Assert.Empty(_run.History.Failures);
        Assert.Null(_run.History.End);
    }

    [Fact]
    public void An_exception_of_a_block_that_leaves_or_of_a_lineage_that_is_over_does_not_count()
    {
        Begin();
        _run.OnBlockFailed(Failed(lineage: 7), _now);
        _run.OnBlockFailed(Failed(1) with { Incarnation = 9 }, _now);
        _run.OnBlockLeaving(new BlockLeaving(SampleJobs.Job, 0, 1, 1), _now);
        _run.OnBlockFailed(Failed(1), _now);
        Settle(lineage: 1);
        Assert.Empty(_run.History.Failures);
        Assert.Equal(1, _run.History.Lineage!.Lineage);
    }

    [Fact]
    public void A_worker_counts_once_all_that_are_assigned_have_thrown_since_the_last_step()
    {
        Begin();
        var other = new WorkerId("w2");
        _run.OnWorkerUp(other, _now);
        _run.OnWorkerReady(new WorkerReady(SampleJobs.Job, other, 1), _now);
        for (var i = 0; i < 20; i++) ThrowInWorker(Worker); // the other worker computes
        Assert.Empty(_run.History.Failures);
        ThrowInWorker(other);
        Assert.Equal(1, _run.History.Lineage!.Lineage); // only shards are lost
        Assert.Single(_run.History.Failures);
    }

    [Fact]
    public void A_worker_that_gets_a_step_further_each_time_fails_no_job()
    {
        Begin();
        for (var step = 1; step <= 20; step++)
        {
            _run.OnStepsProgressed(new StepsProgressed(SampleJobs.Job, 1, step, default), _now);
            ThrowInWorker(Worker);
        }
        Assert.Single(_run.History.Failures);
        for (var i = 1; i < JobHistory.MaximumFailures; i++) ThrowInWorker(Worker);
        Assert.Equal(JobOutcome.Failed, _run.History.End!.Outcome);
    }

    [Fact]
    public void A_cancelled_job_without_checkpoint_whose_block_is_lost_ends_at_once_without_weights()
    {
        Begin();
        _run.OnCancel(_now);
        Throw();
        Assert.Equal(JobEnded.WithoutWeights, _run.History.End);
        Assert.Equal(JobState.Cancelled, _run.StatusAt(_now).State);
        Assert.Contains("no weights", _run.StatusAt(_now).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_is_cancelled_before_its_blocks_have_loaded_ends_at_once()
    {
        _run.OnStart(Start(), _now);
        _run.OnCancel(_now);
        Settle(answersLoads: false);
        Assert.Equal(JobEnded.WithoutWeights, _run.History.End);
    }

    [Fact]
    public void A_cancelled_job_whose_workers_hang_ends_on_the_weights_that_its_blocks_hold()
    {
        Begin();
        _run.OnCancel(_now);
        Settle(lineage: 1);
        var began = _now;
        while (_run.History.End is null && _now - began < Second * 10)
        {
            _now += Second / 4;
            _run.OnTick(_now);
            Settle(step: 2, lineage: 1);
            if (_effects.Sent.OfType<OpenCheckpoint>().Any(message => message.Step == 2)) Store(2);
        }
        Assert.Equal(new JobEnded(JobOutcome.Cancelled, 2, StopReason.Cancelled, null), _run.History.End);
        Assert.Equal(2, _run.History.Latest!.Step);
    }

    [Fact]
    public void A_cancelled_job_whose_blocks_do_not_answer_ends_within_ten_seconds()
    {
        Begin();
        _run.OnCancel(_now);
        Settle(lineage: 1);
        _effects.Sent.Clear();
        _now += Second * 9;
        _run.OnTick(_now);
        Write();
        Assert.Equal(JobEnded.WithoutWeights, _run.History.End);
    }

    [Fact]
    public void A_cancelled_job_waits_for_the_store_that_has_its_last_weights_and_says_so()
    {
        Begin();
        _run.OnCancel(_now);
        Settle(lineage: 1);
        _run.OnBlockHeld(new BlockHeld(SampleJobs.Job, 1, 2), _now);
        var open = _effects.Sent.OfType<OpenCheckpoint>().Last();
        _run.OnCheckpointOpened(new CheckpointOpened(SampleJobs.Job, 0, 1, open.Attempt, 2), _now);
        _run.OnSnapshotDelayed(new SnapshotDelayed(SampleJobs.Job, 0, 1, 2, "disk full"));
        for (var i = 0; i < 60; i++)
        {
            _now += Second;
            _run.OnTick(_now);
            Settle(step: 2, lineage: 1);
        }
        var status = _run.StatusAt(_now);
        Assert.Equal(JobState.Cancelling, status.State);
        Assert.Contains("disk full", status.Reason, StringComparison.Ordinal);
        Store(2); // the first write it accepts
        Assert.Equal(new JobEnded(JobOutcome.Cancelled, 2, StopReason.Cancelled, null), _run.History.End);
    }

    private static BlockFailed Failed(long lineage) => new(SampleJobs.Job, 0, 1, lineage, "block 0 on a:1: out of memory", true);

    private void Throw()
    {
        _run.OnBlockFailed(Failed(_run.History.Lineage!.Lineage), _now);
        Settle();
    }

    private void ThrowInWorker(WorkerId worker)
    {
        var failed = new WorkerFailed(SampleJobs.Job, worker, ++_thrown, _run.History.Lineage!.Lineage, $"worker {worker}: out of memory", true);
        _run.OnWorkerFailed(failed, _now);
        Settle(lineage: 1);
        _run.OnWorkerFailed(failed, _now); // a duplicate
        Settle(lineage: 1);
    }
}
