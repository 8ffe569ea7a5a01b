using Distributed.Protocol.Messages;
using Distributed.Protocol.Verification;

namespace Distributed.Protocol.Coordinator;

/// <summary>
/// Checkpoints: one attempt at a time is on its way into the store, committed when all blocks are durable. Beside it the best epoch may be kept
/// in memory (<see cref="_kept"/>).
/// </summary>
public sealed partial class TrainingRun
{
    private CheckpointAttempt? _attempt;
    private long _attempts;
    private long _laterThan; // a block was already there when a checkpoint was named
    private long _captured = -1; // the last step whose state all blocks have copied
    private TimeSpan _committedAt;

    /// <summary>A block has copied its state.</summary>
    public void OnCheckpointOpened(CheckpointOpened message, TimeSpan now)
    {
        _now = now;
        if (message.Lineage != Lineage || AttemptOf(message.Attempt) is not { } attempt || ViewOf(message.Block) is null) return;
        attempt.Open(message.Block);
        NoteCapture(attempt);
        Reconcile();
    }

    /// <summary>A block was past the step: the attempt is given up, a later step is named.</summary>
    public void OnCheckpointTooLate(CheckpointTooLate message, TimeSpan now)
    {
        _now = now;
        if (message.Lineage != Lineage || AttemptOf(message.Attempt) is not { } attempt) return;
        if (MustHold && RestingStep() == message.Step)
        {
            // The blocks do not stand where they were thought to: the job rests at a checkpoint instead.
            if (_completed is not null || _heldStep is not null) _completed = null;
            else if (_history.IsCancelled) _idleSince = now; // what was on its way moved them: they are asked again
            else _needsLineage = true;
        }
        if (attempt == _kept) ForgetKept();
        else CloseAttempt(isCommitted: false);
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
        if (AttemptOf(message.Attempt) is { } attempt)
        {
            attempt.Store(message.Block, message.Parts, message.Totals);
            NoteCapture(attempt);
            Reconcile();
        }
        else if (_attempt?.Step != message.Step && _kept?.Step != message.Step)
        {
            var isCommitted = _history.Checkpoints.Any(checkpoint => checkpoint.Parts.Intersect(message.Parts).Any());
            _effects.ToBlock(new CloseCheckpoint(_job, message.Block, _term, Lineage, message.Attempt, message.Step, isCommitted));
        }
    }

    /// <summary>Storing fails for now.</summary>
    public void OnSnapshotDelayed(SnapshotDelayed message)
    {
        if (message.Lineage != Lineage) return;
        _storeTrouble = message.Reason;
        _effects.Publish(new JobWaiting(_job, $"the store does not take snapshots: {message.Reason}"));
    }

    private CheckpointAttempt? AttemptOf(long number) => _attempt?.Number == number ? _attempt : _kept?.Number == number ? _kept : null;

    private void NoteCapture(CheckpointAttempt attempt)
    {
        if (attempt.IsCaptured) _captured = Math.Max(_captured, attempt.Step);
    }

    /// <summary>Opens the next checkpoint when one is due, asks blocks that have not answered, and opens the next epoch once nothing is to be
    /// captured at the boundary any more.</summary>
    private void ReconcileCheckpoint()
    {
        var boundary = BoundaryCheckpoint();
        if (_attempt is { IsBegun: false } idle && boundary is { } here && idle.Step != here) CloseAttempt(isCommitted: false);
        if (_kept is { } kept && kept.Step != BestStep) ForgetKept(); // the decision that another epoch is the best is durable
        if (boundary is { } best && MayBeKept(best)) Keep(best);
        else if (_attempt is null) _attempt = NextAttempt(boundary);
        if (boundary is null && _completed is { } completed && OpenThrough > completed.Epoch) AnnounceOpenEpoch();
        if (_attempt is not null && _now >= _attempt.AskAt) AskForAttempt(_attempt, keepInMemory: false);
        if (_kept is not null && _now >= _kept.AskAt) AskForAttempt(_kept, keepInMemory: true);
    }

    /// <summary>The checkpoint that is stored next; the kept best comes before any of a later step.</summary>
    private CheckpointAttempt? NextAttempt(long? boundary)
    {
        var wanted = boundary ?? PeriodicCheckpoint();
        if (KeptIsDue || (wanted is not null && _kept is not null && !Sabotage.Makes(Bug.CommitBeforeTheKeptBest))) return TakeKept();
        if (wanted == BestStep) _undurableSince = null;
        return wanted is { } step ? NewAttempt(step) : null;
    }

    private void AskForAttempt(CheckpointAttempt attempt, bool keepInMemory)
    {
        var askStoring = _now >= attempt.AskStoringAt;
        for (var block = 0; block < _blocks.Length; block++)
            if (!attempt.HasOpened(block) || (askStoring && !keepInMemory && !attempt.HasStored(block)))
                _effects.ToBlock(new OpenCheckpoint(_job, block, _term, Lineage, attempt.Number, attempt.Step) { KeepInMemory = keepInMemory });
        attempt.AskAt = _now + _times.AskAgain;
        if (askStoring && !keepInMemory) attempt.AskStoringAt = _now + (attempt.WasKept ? _times.AskAgain : _times.PingEvery);
    }

    /// <summary>The step where all blocks stand, or will stand, until its checkpoint is taken; null when nothing is to be captured there.</summary>
    private long? BoundaryCheckpoint()
    {
        if (MustHold && RestingStep() is { } rest) return HasCheckpoint(rest) ? null : rest;
        if (_completed is not { } completed || completed.Epoch >= _history.Decisions.Count) return null;
        var step = _plan!.BoundaryAfter(completed.Epoch);
        if (HasCheckpoint(step) || step == _captured) return null;
        return step == BestStep || IsWantedDurable(completed.Epoch) ? step : null;
    }

    /// <summary>Whether an epoch's end is a checkpoint whether or not it is the best one's.</summary>
    private bool IsWantedDurable(int epoch) =>
        _history.Decisions[epoch].Stop is not null || _history.Options.SnapshotEachEpoch || _now - _committedAt >= _history.Options.SnapshotEvery;

    /// <summary>The next step of the periodic kind: every N steps, or soon enough after T.</summary>
    private long? PeriodicCheckpoint()
    {
        if (_progress is not { } progress || MustHold) return null;
        var from = Math.Max(Math.Max(progress.Step, _laterThan), _history.Latest?.Step ?? 0); // word of progress may be late
        if (_history.Options.SnapshotEverySteps is { } every)
        {
            var step = (from / every + 1) * every;
            return step < _plan!.TotalSteps ? step : null;
        }
        if (_history.Options.SnapshotEachEpoch || _now - _committedAt < _history.Options.SnapshotEvery) return null;
        var ahead = from + 1 + (long)Math.Ceiling(_stepsPerSecond * 0.25);
        return ahead < _plan!.TotalSteps ? ahead : null;
    }

    private CheckpointAttempt NewAttempt(long step) => new((_term << 32) + ++_attempts, step, _blocks.Length);

    private void CloseAttempt(bool isCommitted)
    {
        if (_attempt is not { } attempt) return;
        Abandon(attempt, isCommitted);
        _attempt = null;
    }

    /// <summary>Blocks forget their copies, and what they stored when it is not committed.</summary>
    private void Abandon(CheckpointAttempt attempt, bool isCommitted)
    {
        // Blocks keep one set of parts a step: those of a committed checkpoint are not given up with a later attempt at the same step.
        isCommitted |= _history.Checkpoints.Any(checkpoint => checkpoint.Step == attempt.Step && checkpoint.Lineage == Lineage);
        if (!isCommitted && _captured == attempt.Step) _captured = -1;
        for (var block = 0; block < _blocks.Length; block++)
            _effects.ToBlock(new CloseCheckpoint(_job, block, _term, Lineage, attempt.Number, attempt.Step, isCommitted));
    }
}
