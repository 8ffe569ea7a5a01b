namespace Distributed.Protocol;

/// <summary>Boundaries: the ends of epochs, checkpoints, pause, cancel, divergence.</summary>
public sealed partial class TrainingRun
{
    private EpochCompleted? _completed;
    private CheckpointAttempt? _attempt;
    private long _attempts;
    private long _laterThan; // a block was already there when a checkpoint was named
    private long _captured = -1; // the last step whose state all blocks have copied
    private TimeSpan _committedAt;
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
        if (message.Step > 0)
            _effects.Publish(new JobProgressed(
                _job, _plan.EpochOf(message.Step - 1), message.Step, message.Totals.Samples, message.Totals.MeanLoss,
                _history.Specification!.Network.Output == Learning.OutputKind.Softmax ? message.Totals.Accuracy : null,
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

    /// <summary>A block has copied its state.</summary>
    public void OnCheckpointOpened(CheckpointOpened message, TimeSpan now)
    {
        _now = now;
        if (message.Lineage != Lineage || _attempt?.Number != message.Attempt || ViewOf(message.Block) is null) return;
        _attempt.Open(message.Block);
        NoteCapture();
        Reconcile();
    }

    /// <summary>A block was past the step: the attempt is given up, a later step is named.</summary>
    public void OnCheckpointTooLate(CheckpointTooLate message, TimeSpan now)
    {
        _now = now;
        if (message.Lineage != Lineage || _attempt?.Number != message.Attempt) return;
        if (MustRest && RestingStep() == message.Step)
        {
            // The blocks do not stand where they were thought to: the job rests at a checkpoint instead.
            if (_completed is not null || _heldStep is not null) _completed = null;
            else _needsLineage = true;
        }
        CloseAttempt(isCommitted: false);
        _laterThan = Math.Max(_laterThan, message.BlockStep);
        Reconcile();
    }

    /// <summary>A block's parts are durable.</summary>
    public void OnSnapshotSaved(SnapshotSaved message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            End(message.Block);
            return;
        }
        // A new coordinator first finds out which checkpoint is open; the block says this again.
        if (message.Lineage != Lineage || !_lineageComplete || ViewOf(message.Block) is null) return;
        if (_attempt?.Number == message.Attempt)
        {
            _attempt.Store(message.Block, message.Parts, message.Totals);
            NoteCapture();
            Reconcile();
        }
        else if (_attempt?.Step != message.Step)
        {
            var isCommitted = _history.Checkpoints.Any(checkpoint => checkpoint.Parts.Intersect(message.Parts).Any());
            _effects.ToBlock(new CloseCheckpoint(_job, message.Block, _term, Lineage, message.Attempt, message.Step, isCommitted));
        }
    }

    /// <summary>Storing fails for now.</summary>
    public void OnSnapshotDelayed(SnapshotDelayed message)
    {
        if (message.Lineage == Lineage) _effects.Publish(new JobWaiting(_job, $"the store does not take snapshots: {message.Reason}"));
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
        Reconcile();
    }

    private void NoteCapture()
    {
        if (_attempt is not { IsCaptured: true } || _captured == _attempt.Step) return;
        _captured = _attempt.Step;
    }

    /// <summary>Opens the next checkpoint when one is due, asks blocks that have not answered, and opens the next epoch once nothing is to be
    /// captured at the boundary any more.</summary>
    private void ReconcileCheckpoint()
    {
        var boundary = BoundaryCheckpoint();
        if (_attempt is { IsBegun: false } idle && boundary is { } here && idle.Step != here) CloseAttempt(isCommitted: false);
        if (_attempt is null && (boundary ?? PeriodicCheckpoint()) is { } step) _attempt = NewAttempt(step);
        if (boundary is null && _completed is { } completed && OpenThrough > completed.Epoch) AnnounceOpenEpoch();
        if (_attempt is not null && _now >= _attempt.AskAt) AskForAttempt(_attempt);
    }

    private void AskForAttempt(CheckpointAttempt attempt)
    {
        var askStoring = _now >= attempt.AskStoringAt;
        for (var block = 0; block < _blocks.Length; block++)
            if (!attempt.HasOpened(block) || (askStoring && !attempt.HasStored(block)))
                _effects.ToBlock(new OpenCheckpoint(_job, block, _term, Lineage, attempt.Number, attempt.Step));
        attempt.AskAt = _now + _times.AskAgain;
        if (askStoring) attempt.AskStoringAt = _now + _times.PingEvery;
    }

    /// <summary>The step where all blocks stand, or will stand, until its checkpoint is taken; null when nothing is to be captured there.</summary>
    private long? BoundaryCheckpoint()
    {
        if (MustRest && RestingStep() is { } rest) return HasCheckpoint(rest) ? null : rest;
        if (_completed is not { } completed || completed.Epoch >= _history.Decisions.Count) return null;
        var step = _plan!.BoundaryAfter(completed.Epoch);
        if (HasCheckpoint(step) || step == _captured) return null;
        var decision = _history.Decisions[completed.Epoch];
        var wanted = decision.Stop is not null || decision.Epoch == _history.Best!.Epoch || _now - _committedAt >= _history.Options.SnapshotEvery;
        return wanted ? step : null;
    }

    /// <summary>The next step of the periodic kind: every N steps, or soon enough after T.</summary>
    private long? PeriodicCheckpoint()
    {
        if (_progress is not { } progress || MustRest) return null;
        var from = Math.Max(progress.Step, _laterThan);
        if (_history.Options.SnapshotEverySteps is { } every)
        {
            var step = (Math.Max(from, _history.Latest?.Step ?? 0) / every + 1) * every;
            return step < _plan!.TotalSteps ? step : null;
        }
        if (_now - _committedAt < _history.Options.SnapshotEvery) return null;
        var ahead = from + 1 + (long)Math.Ceiling(_stepsPerSecond * 0.25);
        return ahead < _plan!.TotalSteps ? ahead : null;
    }

    private CheckpointAttempt NewAttempt(long step) => new((_term << 32) + ++_attempts, step, _blocks.Length);

    private void CloseAttempt(bool isCommitted)
    {
        if (_attempt is not { } attempt) return;
        if (!isCommitted && _captured == attempt.Step) _captured = -1;
        for (var block = 0; block < _blocks.Length; block++)
            _effects.ToBlock(new CloseCheckpoint(_job, block, _term, Lineage, attempt.Number, attempt.Step, isCommitted));
        _attempt = null;
    }

    private void AnnounceOpenEpoch()
    {
        var through = OpenThrough;
        if (_completed is { } completed && completed.Epoch < through) _completed = null;
        for (var block = 0; block < _blocks.Length; block++) _effects.ToBlock(new OpenBlockEpoch(_job, block, _term, Lineage, through));
        foreach (var share in _assignment.Shares) _effects.ToWorker(share.Worker, new OpenWorkerEpoch(_job, _term, Lineage, through));
    }

    /// <summary>Where all blocks come to rest: the step that block 0 withholds, a boundary that is not opened, or the last checkpoint when
    /// nobody computes for a while. Null while they still move.</summary>
    private long? RestingStep()
    {
        if (!_lineageComplete) return null;
        if (_heldStep is { } held) return held;
        if (_completed is { } completed) return _plan!.BoundaryAfter(completed.Epoch);
        if (_assignment.Shares.Count > 0 || _now - _idleSince < _times.IdleBeforeRest) return null;
        return _history.Latest?.Step ?? 0;
    }

    /// <summary>Pause and cancel: asks block 0 to withhold until it does, then rests.</summary>
    private void ReconcileHold()
    {
        if (!MustRest) return;
        if (RestingStep() is { } step)
        {
            if (_history.IsCancelled || !HasCheckpoint(step)) return;
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
        if (end < (_history.Lineage?.CheckpointStep ?? 0) || end == _captured || _attempt?.Step == end) return null;
        return _progress?.Step > end || _completed?.Epoch > best.Epoch ? end : null;
    }

    private bool IsAtRest => IsOver || _pausedAt is not null;

    private void EndAll()
    {
        for (var block = 0; block < _blocks.Length; block++) End(block);
        foreach (var worker in _crew.Members.Keys) Leave(worker);
        _attempt = null;
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
