using Distributed.Learning.Metrics;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>Epochs that go on before their decision is durable, while all blocks are in the coordinator's process.</summary>
public sealed partial class TrainingRunTests
{
    [Fact]
    public void The_next_epoch_is_open_before_the_decision_is_durable_and_the_run_is_written_together()
    {
        BeginAhead();
        Complete(epoch: 0, loss: 1, isDurable: false);
        Assert.Single(_run.History.Decisions);
        Assert.Single(_effects.PersistingEpochs!);
        CaptureBest();
        Assert.Equal(1, _effects.Sent.OfType<OpenBlockEpoch>().Last().OpenThrough);
        Assert.Single(_effects.Take<EpochEnded>());
        Complete(epoch: 1, loss: 2, isDurable: false);
        Complete(epoch: 2, loss: 3, isDurable: false);
        Assert.Equal(3, _effects.Sent.OfType<OpenBlockEpoch>().Last().OpenThrough);
        WriteEpochs();
        Assert.Equal([1, 2], _effects.PersistingEpochs!.Select(epoch => epoch.Epoch));
        WriteEpochs();
        Assert.Null(_effects.PersistingEpochs);
    }

    [Fact]
    public void Blocks_elsewhere_wait_for_the_journal()
    {
        BeginAhead();
        _effects.BlocksAreHere = false;
        _run.OnEpochCompleted(Ended(epoch: 0, loss: 1), _now);
        Assert.IsType<EpochDecided>(_effects.Persisting);
        Assert.Null(_effects.PersistingEpochs);
        Assert.Empty(_effects.Take<OpenBlockEpoch>());
    }

    [Fact]
    public void A_pause_is_written_after_the_epochs_and_nothing_goes_ahead_of_it()
    {
        BeginAhead();
        Complete(epoch: 0, loss: 1, isDurable: false);
        CaptureBest();
        _run.OnPause(_now);
        Assert.Null(_effects.Persisting);
        _run.OnEpochCompleted(Ended(epoch: 1, loss: 2), _now);
        Assert.Single(_run.History.Decisions);
        WriteEpochs();
        Assert.IsType<PauseChanged>(_effects.Persisting);
        Write();
        Assert.IsType<EpochDecided>(_effects.Persisting); // journal-first: the job is about to rest
    }

    [Fact]
    public void The_end_of_the_last_epoch_is_journalled_before_anything_follows()
    {
        BeginAhead();
        for (var epoch = 0; epoch < 8; epoch++)
        {
            Complete(epoch, loss: 1 + epoch, isDurable: false);
            if (epoch == 0) CaptureBest();
        }
        _run.OnEpochCompleted(Ended(epoch: 8, loss: 9), _now);
        Assert.Equal(8, _run.History.Decisions.Count);
        Assert.Null(_effects.Persisting);
        WriteEpochs();
        WriteEpochs();
        Assert.Equal(StopReason.Epochs, Assert.IsType<EpochDecided>(_effects.Persisting).Stop);
        Assert.Equal(8, _run.History.Decisions.Count);
    }

    [Fact]
    public void A_coordinator_whose_predecessor_went_further_than_the_journal_goes_back_and_decides_the_same_again()
    {
        BeginAhead();
        Complete(epoch: 0, loss: 1, isDurable: false);
        CaptureBest();
        var lost = _run.History.Decisions[0];
        _effects.PersistingEpochs = null; // it dies before the row is written
        Recover();
        Settle(step: 4, lineage: 1); // the second epoch's first step
        Assert.Equal("the coordinator died before the journal had the last epochs", _run.History.Lineage!.Reason);
        Assert.Equal(2, _run.History.Lineage.Lineage);
        Complete(epoch: 0, loss: 1, isDurable: false);
        Assert.Equal(lost, Assert.Single(_effects.PersistingEpochs!));
    }

    [Fact]
    public void A_run_that_the_journal_does_not_take_has_a_bound()
    {
        _effects.BlocksAreHere = true;
        _run.OnStart(Start() with { Specification = SampleJobs.Small with { Epochs = 200 } }, _now);
        Settle();
        for (var epoch = 0; epoch < 70; epoch++)
        {
            _run.OnEpochCompleted(Ended(epoch, loss: 1 + epoch), _now);
            if (epoch == 0) CaptureBest();
        }
        Assert.Equal(64, _run.History.Decisions.Count);
        WriteEpochs();
        Assert.Equal(64, _effects.PersistingEpochs!.Count);
    }

    private void BeginAhead()
    {
        _effects.BlocksAreHere = true;
        Begin();
    }

    private EpochCompleted Ended(int epoch, double loss) => new(
        SampleJobs.Job, _run.History.Lineage!.Lineage, epoch, new ShardMetrics { Samples = 10, Divisor = 10, LossSum = loss * 10 }, null);

    /// <summary>The block copies the best epoch's weights: training may pass its end.</summary>
    private void CaptureBest()
    {
        var open = _effects.Sent.OfType<OpenCheckpoint>().Last();
        _run.OnCheckpointOpened(new CheckpointOpened(SampleJobs.Job, 0, open.Lineage, open.Attempt, open.Step), _now);
    }

    private void WriteEpochs()
    {
        var epochs = _effects.PersistingEpochs!;
        _effects.PersistingEpochs = null;
        foreach (var epoch in epochs) _journal.Apply(epoch);
        _run.OnEpochsPersisted(_now);
    }
}
