using System.Numerics.Tensors;
using Distributed.Learning;

namespace Distributed.Protocol;

/// <summary>Snapshots: a copy at the named step, stored behind the back of training.</summary>
public sealed partial class ParameterBlock
{
    /// <summary>A snapshot that a coordinator opened. At most one at a time.</summary>
    private sealed class OpenSnapshot(long step)
    {
        public readonly long Step = step;
        public long Attempt; // the newest that wants it
        public bool Copied;
        public IReadOnlyList<SnapshotPart>? Stored;
        public ShardMetrics Totals;
        public TimeSpan RepeatAt;
    }

    private OpenSnapshot? _snapshot;
    private long _attempt; // the newest that was opened

    /// <summary>A coordinator names the step of the next checkpoint.</summary>
    public void OnOpenCheckpoint(OpenCheckpoint message)
    {
        if (!AcceptTerm(message.Term) || _state is not { } state || message.Lineage != state.Lineage) return;
        if (message.Attempt < _attempt) return;
        _attempt = message.Attempt;
        if (_snapshot?.Step == message.Step)
        {
            _snapshot.Attempt = _attempt;
            if (_snapshot.Copied) _effects.ToCoordinator(new CheckpointOpened(_job, _block, state.Lineage, _attempt, message.Step));
            if (_snapshot.Stored is not null) ReportSaved(state, _snapshot);
            return;
        }
        if (message.Step < state.Step)
        {
            _effects.ToCoordinator(new CheckpointTooLate(_job, _block, state.Lineage, _attempt, message.Step, state.Step));
            return;
        }
        ForgetSnapshots();
        _snapshot = new OpenSnapshot(message.Step) { Attempt = _attempt };
        OpenDueSnapshot(state);
    }

    /// <summary>A checkpoint is committed or given up.</summary>
    public void OnCloseCheckpoint(CloseCheckpoint message)
    {
        if (!AcceptTerm(message.Term) || _state is not { } state || message.Lineage != state.Lineage) return;
        if (_snapshot?.Step != message.Step || _snapshot.Attempt > message.Attempt) return;
        if (!message.IsCommitted && _snapshot.Stored is { } parts) _effects.DeleteParts(parts);
        ForgetSnapshots();
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

    /// <summary>Copies the state when the block stands at the named step; weights that are not finite fail the job instead.</summary>
    private void OpenDueSnapshot(LoadedState state)
    {
        if (_snapshot is not { Copied: false } snapshot || state.Sums.HasDiverged) return; // a failed update has touched the optimizer's state
        if (snapshot.Step < state.Step)
        {
            _effects.ToCoordinator(new CheckpointTooLate(_job, _block, state.Lineage, snapshot.Attempt, snapshot.Step, state.Step));
            _snapshot = null;
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
        _effects.SaveSnapshot(new BlockSnapshot(
            _job, _block, state.Lineage, state.Step, state.Range, state.Current, state.OptimizerState, state.Sums.Totals));
        _effects.ToCoordinator(new CheckpointOpened(_job, _block, state.Lineage, snapshot.Attempt, state.Step));
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
        if (_snapshot is { Copied: true, Stored: null } open && _state is { } state) _effects.ForgetSnapshot(state.Lineage, open.Step);
        _snapshot = null;
    }
}
