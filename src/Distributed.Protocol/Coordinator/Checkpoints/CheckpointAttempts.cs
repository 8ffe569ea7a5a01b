using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Coordinator.Lineages;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Checkpoints;

/// <summary>
/// Checkpoints: one attempt at a time is being stored, and commits when all blocks are durable. The best epoch may be kept in memory alongside it.
/// </summary>
internal sealed class CheckpointAttempts(RunContext context, BlockRoster blocks, Moves moves, EpochGate gate, TrainingProgress progress, Hold hold)
{
    private readonly KeptBest _kept = new(context);
    private CheckpointAttempt? _attempt;
    private long _laterThan; // a block had already reached this step when a checkpoint was named

    /// <summary>When the last checkpoint was committed, or the lineage began.</summary>
    public TimeSpan CommittedAt { get; private set; } = context.Now;

    /// <summary>The attempt being stored, or else the one kept in memory; null for neither.</summary>
    public CheckpointAttempt? UnderWay => _attempt ?? _kept.Attempt;

    /// <summary>Parts of the current attempt that are already stored.</summary>
    public IReadOnlyList<SnapshotPart> StoredParts => _attempt?.StoredParts() ?? [];

    /// <summary>
    /// Whether all blocks hold the best epoch's weights in memory but not durably: the job neither rests nor ends until they are durable.
    /// </summary>
    public bool BestIsOnItsWay =>
        _kept.Attempt is { IsCaptured: true } || (_attempt is { IsCaptured: true } attempt && attempt.Step == context.BestStep);

    /// <summary>Whether the final weights of a cancelled job, or its best ones, are copied and only the store is pending.</summary>
    public bool IsStoringLast => BestIsOnItsWay || (_attempt is { IsCaptured: true } attempt && hold.RestingStep() == attempt.Step);

    /// <summary>The checkpoint whose parts are all durable; null for none.</summary>
    public CheckpointCommitted? Decide() =>
        _attempt is { IsDurable: true } attempt && !context.IsBeyondTheJournal(attempt.Step)
            ? new CheckpointCommitted(new Checkpoint(attempt.Step, context.Lineage, attempt.StoredParts(), attempt.Totals, context.ParameterCount))
            : null;

    /// <summary>
    /// The end of the best epoch when the blocks are past it and none holds its weights: a copy was lost between decision and commit, and the job
    /// rewinds to make it again. Null otherwise.
    /// </summary>
    public long? LostBest()
    {
        if (context.History.Best is not { } best || context.BestStep is not { } end || context.HasCheckpoint(end)) return null;
        if (end < (context.History.Lineage?.CheckpointStep ?? 0) || gate.IsCaptured(end) || _attempt?.Step == end || _kept.Attempt?.Step == end) return null;
        return progress.Last?.Step > end || gate.Completed?.Epoch > best.Epoch ? end : null;
    }

    /// <summary>All blocks have the lineage. Commits a checkpoint that the previous coordinator opened and all blocks copied.</summary>
    public void Begin(bool wasAdopted)
    {
        CommittedAt = context.Now;
        if (!wasAdopted || blocks.CommonCopy is not { } step || context.HasCheckpoint(step)) return;
        _attempt = NewAttempt(step);
        _attempt.WasKept = true; // possibly
        for (var block = 0; block < blocks.Count; block++) _attempt.Open(block);
        gate.Capture(step);
    }

    /// <summary>A block has copied its state. False when the message is stale.</summary>
    public bool Hear(CheckpointOpened message)
    {
        if (message.Lineage != context.Lineage || AttemptOf(message.Attempt) is not { } attempt || blocks.Find(message.Block) is null) return false;
        attempt.Open(message.Block);
        if (attempt.IsCaptured) gate.Capture(attempt.Step);
        return true;
    }

    /// <summary>A block was past the step: abandons the attempt and names a later step. False when the message is stale.</summary>
    public bool Hear(CheckpointTooLate message)
    {
        if (message.Lineage != context.Lineage || AttemptOf(message.Attempt) is not { } attempt) return false;
        hold.Misjudge(message.Step);
        if (attempt == _kept.Attempt) ForgetKept();
        else GiveUp();
        _laterThan = Math.Max(_laterThan, message.BlockStep);
        return true;
    }

    /// <summary>A block's parts are durable. False when this advances no attempt.</summary>
    public bool Hear(SnapshotSaved message)
    {
        // A new coordinator first finds out which checkpoint is open; the block repeats this message.
        if (message.Lineage != context.Lineage || !blocks.IsComplete || blocks.Find(message.Block) is null) return false;
        if (AttemptOf(message.Attempt) is { } attempt)
        {
            attempt.Store(message.Block, message.Parts, message.Totals);
            if (attempt.IsCaptured) gate.Capture(attempt.Step);
            return true;
        }
        if (_attempt?.Step != message.Step && _kept.Attempt?.Step != message.Step)
        {
            var isCommitted = context.History.Checkpoints.Any(checkpoint => checkpoint.Parts.Intersect(message.Parts).Any());
            Close(message.Block, message.Attempt, message.Step, isCommitted);
        }
        return false;
    }

    /// <summary>The attempt is committed.</summary>
    public void Commit()
    {
        if (_attempt is { } attempt) Abandon(attempt, isCommitted: true);
        _attempt = null;
        CommittedAt = context.Now;
    }

    /// <summary>The job rests or has ended: blocks are ended, and their copies with them.</summary>
    public void Drop()
    {
        _attempt = null;
        _kept.Forget();
        _kept.StoresBest();
    }

    /// <summary>Opens the next checkpoint when due, asks blocks that have not answered, and opens the next epoch once nothing remains to capture at
    /// the boundary.</summary>
    /// <param name="assignments">The workers to notify.</param>
    /// <param name="isDiverging">Whether the job fails once its best weights are durable.</param>
    public void Reconcile(Assignments assignments, bool isDiverging)
    {
        var boundary = BoundaryCheckpoint();
        if (_attempt is { IsBegun: false } idle && boundary is { } here && idle.Step != here) GiveUp();
        if (_kept.Attempt is { } old && old.Step != context.BestStep) ForgetKept(); // a newer best epoch is durably decided
        if (boundary is { } best && MayBeKept(best)) _kept.Keep(best, blocks.Count);
        else _attempt ??= NextAttempt(boundary, isDiverging);
        if (boundary is null && gate.Completed is { } completed && gate.OpenThrough > completed.Epoch) gate.Open(blocks, assignments);
        if (_attempt is { } attempt && context.Now >= attempt.AskAt) AskFor(attempt, keepInMemory: false);
        if (_kept.Attempt is { } kept && context.Now >= kept.AskAt) AskFor(kept, keepInMemory: true);
    }

    /// <summary>The next checkpoint to store; null for none.</summary>
    private CheckpointAttempt? NextAttempt(long? boundary, bool isDiverging)
    {
        var wanted = boundary ?? PeriodicCheckpoint();
        if (_kept.Attempt is not null && context.Order.StoresKept(_kept.IsDue || moves.MustHold || isDiverging, wanted)) return _kept.Take();
        if (wanted == context.BestStep) _kept.StoresBest();
        return wanted is { } step ? NewAttempt(step) : null;
    }

    private void AskFor(CheckpointAttempt attempt, bool keepInMemory)
    {
        var askStoring = context.Now >= attempt.AskStoringAt;
        for (var block = 0; block < blocks.Count; block++)
            if (!attempt.HasOpened(block) || (askStoring && !keepInMemory && !attempt.HasStored(block)))
                context.Effects.ToBlock(
                    new OpenCheckpoint(context.Job, block, context.Term, context.Lineage, attempt.Number, attempt.Step) { KeepInMemory = keepInMemory });
        attempt.AskAt = context.Now + context.Times.AskAgain;
        if (askStoring && !keepInMemory) attempt.AskStoringAt = context.Now + (attempt.WasKept ? context.Times.AskAgain : context.Times.PingEvery);
    }

    /// <summary>The step where all blocks stand, or will stand, until its checkpoint is taken; null when there is nothing to capture.</summary>
    private long? BoundaryCheckpoint()
    {
        if (moves.MustHold && hold.RestingStep() is { } rest) return context.HasCheckpoint(rest) ? null : rest;
        if (gate.Completed is not { } completed || completed.Epoch >= context.History.Decisions.Count) return null;
        var step = context.Plan!.BoundaryAfter(completed.Epoch);
        if (context.HasCheckpoint(step) || gate.IsCaptured(step)) return null;
        return step == context.BestStep || IsWantedDurable(completed.Epoch) ? step : null;
    }

    /// <summary>Whether a copy in memory is enough at this boundary for now.</summary>
    private bool MayBeKept(long boundary) =>
        !moves.MustHold && boundary == context.BestStep && gate.Completed is { } completed && !IsWantedDurable(completed.Epoch) &&
        _attempt?.Step != boundary;

    /// <summary>Whether an epoch's end is a checkpoint regardless of whether it is the best.</summary>
    private bool IsWantedDurable(int epoch) =>
        context.History.Decisions[epoch].Stop is not null || context.History.Options.SnapshotEachEpoch ||
        context.Now - CommittedAt >= context.History.Options.SnapshotEvery;

    /// <summary>The next periodic checkpoint step: every N steps, or soon after interval T.</summary>
    private long? PeriodicCheckpoint()
    {
        if (progress.Last is not { } last || moves.MustHold) return null;
        var options = context.History.Options;
        var from = Math.Max(Math.Max(last.Step, _laterThan), context.History.Latest?.Step ?? 0); // progress reports may be late
        if (options.SnapshotEverySteps is { } every)
        {
            var step = (from / every + 1) * every;
            return step < context.Plan!.TotalSteps ? step : null;
        }
        if (options.SnapshotEachEpoch || context.Now - CommittedAt < options.SnapshotEvery) return null;
        var ahead = from + 1 + (long)Math.Ceiling(progress.StepsPerSecond * 0.25);
        return ahead < context.Plan!.TotalSteps ? ahead : null;
    }

    private CheckpointAttempt? AttemptOf(long number) =>
        _attempt?.Number == number ? _attempt : _kept.Attempt?.Number == number ? _kept.Attempt : null;

    private CheckpointAttempt NewAttempt(long step) => new(context.NextAttempt(), step, blocks.Count);

    private void GiveUp()
    {
        if (_attempt is { } attempt) Abandon(attempt, isCommitted: false);
        _attempt = null;
    }

    private void ForgetKept()
    {
        Abandon(_kept.Attempt!, isCommitted: false);
        _kept.Forget();
    }

    /// <summary>Blocks drop their copies, and their stored parts unless committed.</summary>
    private void Abandon(CheckpointAttempt attempt, bool isCommitted)
    {
        // Blocks keep one set of parts per step: a later attempt at the same step must not delete those of a committed checkpoint.
        isCommitted |= context.History.CheckpointAt(attempt.Step)?.Lineage == context.Lineage;
        if (!isCommitted) gate.GiveUp(attempt.Step);
        for (var block = 0; block < blocks.Count; block++) Close(block, attempt.Number, attempt.Step, isCommitted);
    }

    private void Close(int block, long attempt, long step, bool isCommitted) =>
        context.Effects.ToBlock(new CloseCheckpoint(context.Job, block, context.Term, context.Lineage, attempt, step, isCommitted));
}
