using Distributed.Cluster.Stores;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>
/// Tracks a block's snapshots from the copy to the durable parts. Takes the store's answers and returns each attempt's outcome, unless the block has
/// forgotten the snapshot meanwhile: then its parts are deleted.
/// </summary>
/// <param name="snapshotStore">The store.</param>
/// <param name="outage">Tracks whether the store accepts writes.</param>
/// <param name="writer">The block's name in the outage tracking.</param>
internal sealed class SnapshotSavings(SnapshotStore snapshotStore, StoreOutage outage, string writer)
{
    private readonly SnapshotCopies _copies = new();
    private readonly List<SnapshotSaving> _held = []; // at most two: one being stored, one only in memory
    private readonly List<SnapshotSaving> _storing = []; // attempts awaiting the store's answer, including forgotten ones

    /// <summary>Copies the block's memory.</summary>
    public void Copy(BlockSnapshot snapshot) => _held.Add(new SnapshotSaving(snapshot, _copies));

    /// <summary>Begins storing a copy; null when there is none for that step.</summary>
    public Task<PartsSealed>? SealAsync(long lineage, long step) => Find(lineage, step)?.SealAsync();

    /// <summary>Stores a copy unless it is forgotten.</summary>
    public void Store(SnapshotSaving saving)
    {
        if (!_held.Contains(saving))
        {
            saving.Free();
            return;
        }
        _storing.Add(saving);
        saving.Store(snapshotStore);
    }

    /// <summary>Takes the store's answer for a part.</summary>
    /// <param name="persistenceId">The part.</param>
    /// <param name="failure">Why it is not durable; null when it is.</param>
    /// <returns>The outcome of the attempt, with its last answer; null before, and for a forgotten snapshot.</returns>
    public SavingOutcome? Take(string persistenceId, string? failure)
    {
        if (_storing.Find(saving => saving.Awaits(persistenceId))?.Take(persistenceId, failure) is not { } outcome) return null;
        _storing.Remove(outcome.Saving);
        if (outcome.Failure is null) return TakeStored(outcome);
        snapshotStore.Delete(outcome.Stored);
        if (_held.Contains(outcome.Saving))
        {
            outage.Failed(writer, outcome.Failure);
            return outcome;
        }
        outcome.Saving.Free();
        outage.Forget(writer);
        return null;
    }

    private SavingOutcome? TakeStored(SavingOutcome outcome)
    {
        outcome.Saving.Free();
        outage.Worked(writer);
        if (_held.Remove(outcome.Saving)) return outcome;
        snapshotStore.Delete(outcome.Stored);
        return null;
    }

    /// <summary>Drops a copy that is no longer needed.</summary>
    public void Forget(long lineage, long step)
    {
        if (Find(lineage, step) is not { } saving) return;
        _held.Remove(saving);
        if (saving.HasBegun) outage.Forget(writer); // its memory is freed when its task or the store answers
        else saving.Free();
    }

    /// <summary>Deletes stored parts.</summary>
    public void Delete(IReadOnlyList<SnapshotPart> parts) => snapshotStore.Delete(parts);

    /// <summary>The block ends: its unstored snapshots no longer count as an outage on this node.</summary>
    public void End() => outage.Forget(writer);

    private SnapshotSaving? Find(long lineage, long step) => _held.Find(saving => saving.Snapshot.Lineage == lineage && saving.Snapshot.Step == step);
}
