using Distributed.Learning.Metrics;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// Snapshots of one lineage: copied at the step that the coordinator names, and stored while training continues. At most two are open: one being
/// stored, and one in memory only, the best epoch's, of a later step.
/// </summary>
internal sealed class BlockSnapshots(BlockSite site, long lineage, BlockWeights weights)
{
    private OpenSnapshot? _storing;
    private OpenSnapshot? _kept;
    private long _attempt; // the newest one opened

    private sealed class OpenSnapshot(long step)
    {
        public readonly long Step = step;
        public long Attempt; // the newest one that requests it
        public bool Copied;
        public IReadOnlyList<SnapshotPart>? Stored;
        public ShardMetrics Totals;
        public RepeatTimer Repeat;
    }

    /// <summary>The step a new coordinator can continue with: the best epoch's copy takes precedence, since it would be missed.</summary>
    public long? CopiedStep => _kept is { Copied: true } kept ? kept.Step : _storing is { Copied: true } copied ? copied.Step : null;

    /// <summary>The step of the next copy; null when none is wanted.</summary>
    public long? NextCopy => (_storing, _kept) switch
    {
        ({ Copied: false } storing, { Copied: false } kept) => Math.Min(storing.Step, kept.Step),
        ({ Copied: false } storing, _) => storing.Step,
        (_, { Copied: false } kept) => kept.Step,
        _ => null,
    };

    /// <summary>A coordinator names the step of the next checkpoint.</summary>
    public void Open(OpenCheckpoint message, TimeSpan now)
    {
        var known = Find(message.Step);
        if (known is null && message.Step < weights.Step)
        {
            TellTooLate(message.Attempt, message.Step);
            return;
        }
        // Stale, or of a step not passed yet: then it is repeated. An open one may get its new number after a later one was opened: a new coordinator adopts it.
        if (message.Attempt < (known?.Attempt ?? _attempt)) return;
        _attempt = Math.Max(_attempt, message.Attempt);
        if (known is not null)
        {
            OpenAgain(known, message, now);
            return;
        }
        Forget(ref _kept); // another epoch is the best, or everything kept is durable
        if (!message.KeepInMemory) Forget(ref _storing);
        var opened = new OpenSnapshot(message.Step) { Attempt = message.Attempt };
        if (message.KeepInMemory) _kept = opened;
        else _storing = opened;
    }

    /// <summary>A checkpoint is committed or abandoned.</summary>
    public void Close(CloseCheckpoint message)
    {
        if (Find(message.Step) is not { } closed || closed.Attempt > message.Attempt) return;
        if (!message.IsCommitted && closed.Stored is { } parts) site.Effects.DeleteParts(parts);
        if (closed == _kept) Forget(ref _kept);
        else Forget(ref _storing);
    }

    /// <summary>Copies the block's state when it reaches a named step. False when its weights are not finite: nothing is copied.</summary>
    /// <param name="totals">Running sums of the current epoch.</param>
    public bool CopyDue(ShardMetrics totals) => CopyWhenDue(ref _storing, totals) && CopyWhenDue(ref _kept, totals);

    /// <summary>The snapshot of that step is durable.</summary>
    public void NoteStored(long step, IReadOnlyList<SnapshotPart> parts, TimeSpan now)
    {
        if (_storing is not { Copied: true } snapshot || snapshot.Step != step) return;
        snapshot.Stored = parts;
        ReportSaved(snapshot, now);
    }

    /// <summary>Storing failed and is retried.</summary>
    public void NoteDelayed(long step, string reason)
    {
        if (_storing?.Step == step) site.Effects.ToCoordinator(new SnapshotDelayed(site.Job, site.Block, lineage, step, reason));
    }

    /// <summary>Repeats that a snapshot is durable until the coordinator closes it.</summary>
    public void Repeat(TimeSpan now)
    {
        if (_storing is { Stored: not null } snapshot && snapshot.Repeat.IsDue(now, site.Times.ReportAgain)) ReportSaved(snapshot, now);
    }

    /// <summary>The lineage ends here.</summary>
    public void Forget()
    {
        Forget(ref _storing);
        Forget(ref _kept);
    }

    private OpenSnapshot? Find(long step) => _storing?.Step == step ? _storing : _kept?.Step == step ? _kept : null;

    private void OpenAgain(OpenSnapshot known, OpenCheckpoint message, TimeSpan now)
    {
        known.Attempt = Math.Max(known.Attempt, message.Attempt);
        if (known == _kept && !message.KeepInMemory) StoreKept(known);
        if (known.Copied) TellOpened(known);
        if (known.Stored is not null) ReportSaved(known, now);
    }

    /// <summary>Stores the in-memory copy. It replaces the previous snapshot, which is committed or abandoned by now.</summary>
    private void StoreKept(OpenSnapshot kept)
    {
        Forget(ref _storing);
        (_storing, _kept) = (kept, null);
        if (kept.Copied) site.Effects.StoreSnapshot(lineage, kept.Step);
    }

    private bool CopyWhenDue(ref OpenSnapshot? open, ShardMetrics totals)
    {
        if (open is not { Copied: false } snapshot) return true;
        if (snapshot.Step < weights.Step)
        {
            TellTooLate(snapshot.Attempt, snapshot.Step);
            open = null;
            return true;
        }
        if (snapshot.Step != weights.Step) return true;
        if (!weights.AreFinite) return false;
        snapshot.Copied = true;
        snapshot.Totals = totals;
        site.Effects.CopySnapshot(new BlockSnapshot(
            site.Job, site.Block, lineage, snapshot.Step, weights.Range, weights.Current, weights.OptimizerState, snapshot.Totals));
        if (snapshot != _kept) site.Effects.StoreSnapshot(lineage, snapshot.Step);
        TellOpened(snapshot);
        return true;
    }

    private void TellOpened(OpenSnapshot snapshot) =>
        site.Effects.ToCoordinator(new CheckpointOpened(site.Job, site.Block, lineage, snapshot.Attempt, snapshot.Step));

    private void TellTooLate(long attempt, long step) =>
        site.Effects.ToCoordinator(new CheckpointTooLate(site.Job, site.Block, lineage, attempt, step, weights.Step));

    private void ReportSaved(OpenSnapshot snapshot, TimeSpan now)
    {
        snapshot.Repeat.Restart(now, site.Times.ReportAgain);
        site.Effects.ToCoordinator(new SnapshotSaved(
            site.Job, site.Block, lineage, snapshot.Attempt, snapshot.Step, snapshot.Stored!, snapshot.Totals));
    }

    private void Forget(ref OpenSnapshot? snapshot)
    {
        if (snapshot is { Copied: true, Stored: null } open) site.Effects.ForgetSnapshot(lineage, open.Step);
        snapshot = null;
    }
}
