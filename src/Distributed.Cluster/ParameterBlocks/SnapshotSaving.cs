using Distributed.Cluster.Stores;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>From the sealing task to its block: the copies are checksummed.</summary>
internal sealed record PartsSealed(SnapshotSaving Saving);

/// <summary>From a timer to its block: store these copies again.</summary>
internal sealed record SaveAgain(SnapshotSaving Saving);

/// <summary>An attempt to store a snapshot has ended: the store has answered for every part.</summary>
/// <param name="Saving">The snapshot.</param>
/// <param name="Stored">The durable parts, in ascending order.</param>
/// <param name="Failure">Why the others are not durable; null when all are.</param>
internal sealed record SavingOutcome(SnapshotSaving Saving, IReadOnlyList<SnapshotPart> Stored, string? Failure);

/// <summary>A copy of one block's state being stored: all parts, retried with back-off under new identities.</summary>
internal sealed class SnapshotSaving
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SnapshotCopies _copies;
    private readonly List<(IndexRange Range, byte[] Bytes)> _parts = [];
    private readonly Dictionary<string, SnapshotPart> _awaited = []; // by persistence id: parts the store has not answered for
    private readonly List<SnapshotPart> _stored = [];
    private TimeSpan _wait = TimeSpan.FromMilliseconds(200);
    private string? _failure;

    /// <summary>Copies the block's memory.</summary>
    public SnapshotSaving(BlockSnapshot snapshot, SnapshotCopies copies)
    {
        _copies = copies;
        foreach (var range in BlockPartCodec.PartsOf(snapshot.Range))
        {
            var bytes = copies.Rent(BlockPartCodec.LengthOf(snapshot, range));
            BlockPartCodec.Copy(snapshot, range, bytes);
            _parts.Add((range, bytes));
        }
        Snapshot = snapshot with { Weights = default, State = default };
    }

    /// <summary>The copied snapshot, without its memory, which belongs to the block.</summary>
    public BlockSnapshot Snapshot { get; }

    /// <summary>Whether storing has begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Begins storing: computes the checksums outside the actor, since hashing megabytes does not belong on the hot path.</summary>
    public Task<PartsSealed> SealAsync()
    {
        HasBegun = true;
        return Task.Run(() =>
        {
            foreach (var (_, bytes) in _parts) BlockPartCodec.Seal(bytes);
            return new PartsSealed(this);
        });
    }

    /// <summary>Sends all parts to the store, whose answers go to <see cref="Take"/>.</summary>
    public void Store(SnapshotStore snapshotStore)
    {
        _stored.Clear();
        _failure = null;
        var attempt = Random.Shared.NextInt64(1L << 40);
        foreach (var (range, bytes) in _parts)
        {
            var id = PartsSweep.PersistenceIdOf(Snapshot.Job, Snapshot.Lineage, range.First, attempt);
            var part = new SnapshotPart(range.First, range.Count, id, Snapshot.Step, BlockPartCodec.ChecksumOf(bytes));
            _awaited.Add(id, part);
            snapshotStore.Save(part, bytes);
        }
    }

    /// <summary>Whether the store has yet to answer for a part.</summary>
    public bool Awaits(string persistenceId) => _awaited.ContainsKey(persistenceId);

    /// <summary>Takes the store's answer for a part. Returns the attempt's outcome with the last answer.</summary>
    public SavingOutcome? Take(string persistenceId, string? failure)
    {
        if (!_awaited.Remove(persistenceId, out var part)) return null;
        if (failure is null) _stored.Add(part);
        _failure ??= failure;
        return _awaited.Count > 0 ? null : new SavingOutcome(this, [.. _stored.OrderBy(stored => stored.Start)], _failure);
    }

    /// <summary>Returns the copies to the pool; nothing reads them any more.</summary>
    public void Free()
    {
        foreach (var (_, bytes) in _parts) _copies.Return(bytes);
        _parts.Clear();
    }

    /// <summary>The delay before the next attempt, growing each time.</summary>
    public TimeSpan NextWait()
    {
        var wait = _wait;
        _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
        return wait;
    }
}
