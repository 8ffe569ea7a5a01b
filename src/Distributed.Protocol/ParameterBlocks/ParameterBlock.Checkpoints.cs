using System.Numerics.Tensors;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Verification;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>Snapshots: a copy at the named step, stored behind the back of training.</summary>
public sealed partial class ParameterBlock
{
    /// <summary>A snapshot that a coordinator opened.</summary>
    private sealed class OpenSnapshot(long step)
    {
        public readonly long Step = step;
        public long Attempt; // the newest that wants it
        public bool Copied;
        public IReadOnlyList<SnapshotPart>? Stored;
        public ShardMetrics Totals;
        public TimeSpan RepeatAt;
    }

    private OpenSnapshot? _snapshot; // on its way into the store
    private OpenSnapshot? _kept; // a copy in memory alone: the best epoch's, of a later step than the other
    private long _attempt; // the newest that was opened

    /// <summary>A coordinator names the step of the next checkpoint.</summary>
    public void OnOpenCheckpoint(OpenCheckpoint message)
    {
        if (!AcceptTerm(message.Term) || _state is not { } state || message.Lineage != state.Lineage) return;
        var known = SnapshotOf(message.Step);
        if (known is null && message.Step < state.Step)
        {
            _effects.ToCoordinator(new CheckpointTooLate(_job, _block, state.Lineage, message.Attempt, message.Step, state.Step));
            return;
        }
        if (message.Attempt < _attempt && known?.Attempt != message.Attempt) return; // of the past, or of a step that is not passed yet: then it is repeated
        _attempt = Math.Max(_attempt, message.Attempt);
        if (known is not null)
        {
            known.Attempt = Math.Max(known.Attempt, message.Attempt);
            if (known == _kept && !message.KeepInMemory) StoreKept(state, known);
            if (known.Copied) _effects.ToCoordinator(new CheckpointOpened(_job, _block, state.Lineage, known.Attempt, message.Step));
            if (known.Stored is not null) ReportSaved(state, known);
            return;
        }
        Forget(ref _kept); // another epoch is the best, or all that was kept is durable
        if (!message.KeepInMemory) Forget(ref _snapshot);
        var opened = new OpenSnapshot(message.Step) { Attempt = message.Attempt };
        if (message.KeepInMemory) _kept = opened;
        else _snapshot = opened;
        CopyDueSnapshots(state);
    }

    /// <summary>A checkpoint is committed or given up.</summary>
    public void OnCloseCheckpoint(CloseCheckpoint message)
    {
        if (!AcceptTerm(message.Term) || _state is not { } state || message.Lineage != state.Lineage) return;
        if (SnapshotOf(message.Step) is not { } closed || closed.Attempt > message.Attempt) return;
        if (!message.IsCommitted && closed.Stored is { } parts) _effects.DeleteParts(parts);
        if (closed == _kept) Forget(ref _kept);
        else Forget(ref _snapshot);
    }

    /// <summary>The snapshot of that step is durable.</summary>
    public void OnSnapshotStored(long lineage, long step, IReadOnlyList<SnapshotPart> parts)
    {
        if (_state is not { } state || state.Lineage != lineage || _snapshot is not { Copied: true } snapshot || snapshot.Step != step) return;
        snapshot.Stored = parts;
        ReportSaved(state, snapshot);
    }

    /// <summary>Storing failed and is tried again.</summary>
    public void OnSnapshotDelayed(long lineage, long step, string reason)
    {
        if (_state is { } state && state.Lineage == lineage && _snapshot?.Step == step)
            _effects.ToCoordinator(new SnapshotDelayed(_job, _block, lineage, step, reason));
    }

    /// <summary>What a new coordinator may go on with: the best epoch's copy is the one that is missed.</summary>
    private long? CopiedStep => _kept is { Copied: true } kept ? kept.Step : _snapshot is { Copied: true } copied ? copied.Step : null;

    private OpenSnapshot? SnapshotOf(long step) => _snapshot?.Step == step ? _snapshot : _kept?.Step == step ? _kept : null;

    /// <summary>The copy in memory is wanted durable: it takes the place of the snapshot before, which is committed or given up by now.</summary>
    private void StoreKept(LoadedState state, OpenSnapshot kept)
    {
        Forget(ref _snapshot);
        (_snapshot, _kept) = (kept, null);
        if (kept.Copied) Store(state, kept);
    }

    private void CopyDueSnapshots(LoadedState state)
    {
        CopyWhenDue(state, ref _snapshot);
        CopyWhenDue(state, ref _kept);
    }

    /// <summary>Copies the state when the block stands at the named step; weights that are not finite fail the job instead.</summary>
    private void CopyWhenDue(LoadedState state, ref OpenSnapshot? open)
    {
        if (open is not { Copied: false } snapshot || state.Sums.HasDiverged) return; // a failed update has touched the optimizer's state
        if (snapshot.Step < state.Step)
        {
            _effects.ToCoordinator(new CheckpointTooLate(_job, _block, state.Lineage, snapshot.Attempt, snapshot.Step, state.Step));
            open = null;
            return;
        }
        if (snapshot.Step != state.Step) return;
        if (!TensorPrimitives.IsFiniteAll<float>(state.Current.Span))
        {
            Diverge(state, state.Step, null);
            return;
        }
        snapshot.Copied = true;
        snapshot.Totals = state.Sums.Totals;
        if (snapshot != _kept || !Sabotage.Makes(Bug.CopyTheBestWhenItIsStored)) Copy(state, snapshot);
        if (snapshot != _kept) _effects.StoreSnapshot(state.Lineage, snapshot.Step);
        _effects.ToCoordinator(new CheckpointOpened(_job, _block, state.Lineage, snapshot.Attempt, state.Step));
    }

    private void Copy(LoadedState state, OpenSnapshot snapshot) => _effects.CopySnapshot(new BlockSnapshot(
        _job, _block, state.Lineage, snapshot.Step, state.Range, state.Current, state.OptimizerState, snapshot.Totals));

    private void Store(LoadedState state, OpenSnapshot snapshot)
    {
        if (Sabotage.Makes(Bug.CopyTheBestWhenItIsStored)) Copy(state, snapshot);
        _effects.StoreSnapshot(state.Lineage, snapshot.Step);
    }

    private void ReportSaved(LoadedState state, OpenSnapshot snapshot)
    {
        snapshot.RepeatAt = _heardAt + _times.ReportAgain;
        _effects.ToCoordinator(new SnapshotSaved(_job, _block, state.Lineage, snapshot.Attempt, snapshot.Step, snapshot.Stored!, snapshot.Totals));
    }

    private void RepeatSnapshotFacts(LoadedState state, TimeSpan now)
    {
        if (_snapshot is { Stored: not null } snapshot && now >= snapshot.RepeatAt) ReportSaved(state, snapshot);
    }

    private void ForgetSnapshots()
    {
        Forget(ref _snapshot);
        Forget(ref _kept);
    }

    private void Forget(ref OpenSnapshot? snapshot)
    {
        if (snapshot is { Copied: true, Stored: null } open && _state is { } state) _effects.ForgetSnapshot(state.Lineage, open.Step);
        snapshot = null;
    }
}
