using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator;

/// <summary>Boundaries: the ends of epochs, pause, cancel, divergence.</summary>
public sealed partial class TrainingRun
{
    private EpochCompleted? _completed;
    private StepsProgressed? _progress;
    private TimeSpan _progressAt;
    private double _stepsPerSecond;
    private TrainingDiverged? _divergence;
    private bool _pauseWanted;
    private bool _cancelWanted;
    private long? _heldStep;
    private long? _pausedAt; // a pause is in force, its checkpoint durable: nothing moves
    private TimeSpan _holdAt;
    private TimeSpan _idleSince; // since when nobody is assigned

    /// <summary>Block 0 tells how far it is.</summary>
    public void OnStepsProgressed(StepsProgressed message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            End(0);
            return;
        }
        if (message.Lineage != Lineage || _plan is null || message.Step <= (_progress?.Step ?? -1)) return;
        if (_progress is { } last && now > _progressAt) _stepsPerSecond = (message.Step - last.Step) / (now - _progressAt).TotalSeconds;
        _progress = message;
        _progressAt = now;
        _thrown.Clear();
        if (message.Step > 0)
            _effects.Publish(new JobProgressed(
                _job, _plan.EpochOf(message.Step - 1), message.Step, message.Totals.Samples, message.Totals.MeanLoss,
                _history.Specification!.Network.Output == OutputKind.Softmax ? message.Totals.Accuracy : null,
                _assignment.Shares.Count));
        Reconcile();
    }

    /// <summary>An epoch's sums are complete.</summary>
    public void OnEpochCompleted(EpochCompleted message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            End(0);
            return;
        }
        if (message.Lineage != Lineage || _plan is null || message.Epoch > _history.Decisions.Count) return;
        if (message.Epoch < _completed?.Epoch || _plan.BoundaryAfter(message.Epoch) < _progress?.Step) return; // overtaken
        _completed = message;
        Reconcile();
    }

    /// <summary>A shard, a root or a weight was not finite: the job fails at its last good checkpoint.</summary>
    public void OnDiverged(TrainingDiverged message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            for (var block = 0; block < (_history.Lineage?.Blocks ?? 0); block++) End(block);
            return;
        }
        if (message.Lineage == Lineage) _divergence = message;
        Reconcile();
    }

    /// <summary>Block 0 withholds the weights of a step.</summary>
    public void OnBlockHeld(BlockHeld message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            End(0);
            return;
        }
        if (message.Lineage != Lineage) return;
        _heldStep = message.Step;
        if (!MustRest) _isMoving = true; // block 0 can be freed by a new lineage alone
        Reconcile();
    }

    private void AnnounceOpenEpoch()
    {
        var through = TellOpen();
        if (_completed is { } completed && completed.Epoch < through) _completed = null;
        for (var block = 0; block < _blocks.Length; block++) _effects.ToBlock(new OpenBlockEpoch(_job, block, _term, Lineage, through));
        foreach (var share in _assignment.Shares) _effects.ToWorker(share.Worker, new OpenWorkerEpoch(_job, _term, Lineage, through));
    }

    /// <summary>Where all blocks come to rest: the step that block 0 withholds, a boundary that is not opened, or, when nobody computes for
    /// a while, the step where they stand or the last checkpoint. Null while they still move.</summary>
    private long? RestingStep()
    {
        if (!_lineageComplete) return null;
        if (_heldStep is { } held) return held;
        if (BarrierEpoch is { } epoch) return _plan!.BoundaryAfter(epoch);
        if (_assignment.Shares.Count > 0 || _now - _idleSince < IdleWait) return null;
        if (!MustRest || _isWithdrawn) return StandingStep();
        return _history.Latest?.Step ?? (_history.IsCancelled ? StandingStep() : 0);
    }

    /// <summary>
    /// The step where all blocks stand while nobody computes, by what they have said since: blocks that are to move are saved there, and no step is
    /// lost. Null as long as one has said nothing, and where they do not stand at the same step.
    /// </summary>
    private long? StandingStep() =>
        Array.TrueForAll(_blocks, view => HasSpokenSinceIdle(view) && view.Step == _blocks[0].Step) ? _blocks[0].Step : null;

    /// <summary>Whether blocks that are to move stand at different steps, and nobody is there who could make them equal.</summary>
    private bool StandApart() =>
        _isMoving && !MustRest && _heldStep is null && BarrierEpoch is null && _assignment.Shares.Count == 0 &&
        Array.TrueForAll(_blocks, HasSpokenSinceIdle) && StandingStep() is null;

    private bool HasSpokenSinceIdle(BlockView view) => view.Lineage == Lineage && view.AnsweredAt >= _idleSince + IdleWait;

    /// <summary>Pause, cancel and moves: asks block 0 to withhold until it does, then rests, or lets blocks go.</summary>
    private void ReconcileHold()
    {
        if (!MustHold) return;
        if (_releasedAt is null && StandApart())
        {
            _needsLineage = true; // they meet at the last checkpoint, and can be let go from there
            return;
        }
        if (_releasedAt is not null || (!MustRest && RestingStep() is { } here && HasCheckpoint(here)))
        {
            LetGo(); // for good: a job that rested for want of workers may get some meanwhile, and blocks that were let go are gone
            return;
        }
        if (RestingStep() is { } step)
        {
            if (!MustRest) return;
            if (_history.IsCancelled || !HasCheckpoint(step) || BestIsOnItsWay) return;
            Rest(step);
        }
        else if (_now >= _holdAt)
        {
            _holdAt = _now + _times.AskAgain;
            _effects.ToBlock(new HoldBlock(_job, 0, _term, Lineage));
        }
    }

    /// <summary>The pause is in force: nothing is lost when memory is given up, since going on begins with loading the checkpoint.</summary>
    private void Rest(long step)
    {
        _pausedAt = step;
        EndAll();
        _effects.Publish(new JobPaused(_job, step));
    }

    /// <summary>
    /// The end of the best epoch, when the blocks are past it and nobody holds its weights any more: a copy was lost between the decision and
    /// the commit. The job goes back for it.
    /// </summary>
    private long? LostBest()
    {
        if (_history.Best is not { } best || _history.BestCheckpoint(_plan!) is not null) return null;
        var end = _plan!.BoundaryAfter(best.Epoch);
        if (end < (_history.Lineage?.CheckpointStep ?? 0) || end == _captured || _attempt?.Step == end || _kept?.Step == end) return null;
        return _progress?.Step > end || _completed?.Epoch > best.Epoch ? end : null;
    }

    private bool IsAtRest => IsOver || _pausedAt is not null;

    private void EndAll()
    {
        for (var block = 0; block < _blocks.Length; block++) End(block);
        foreach (var worker in _crew.Members.Keys) Leave(worker);
        _attempt = _kept = null;
        _undurableSince = null;
    }

    private void Leave(WorkerId worker) => _effects.ToWorker(worker, new LeaveJob(_job, Math.Max(_term, _history.Term), Lineage));

    /// <summary>A client that starts or asks for a job that is over hears its end.</summary>
    private void AnswerAfterEnd()
    {
        if (_submission is null && !_cancelWanted && !_pauseWanted) return;
        _submission = null;
        _cancelWanted = _pauseWanted = false;
        _effects.Publish(new JobFinished(_job, _history.End!));
    }
}
