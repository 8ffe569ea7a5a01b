using Distributed.Cluster.Stores;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>From the sealing task to its block: the copies have their checksums.</summary>
internal sealed record PartsSealed(SnapshotSaving Saving);

/// <summary>From a timer to its block: store these copies once more.</summary>
internal sealed record SaveAgain(SnapshotSaving Saving);

/// <summary>One attempt to store a snapshot is over: the store has answered for every part.</summary>
/// <param name="Saving">The snapshot.</param>
/// <param name="Stored">The parts that are durable, in ascending order.</param>
/// <param name="Failure">Why others are not; null when all are durable.</param>
internal sealed record SavingOutcome(SnapshotSaving Saving, IReadOnlyList<SnapshotPart> Stored, string? Failure);

/// <summary>A copy of one block's state on its way into the store: all parts, tried again with back-off under new identities.</summary>
internal sealed class SnapshotSaving
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SnapshotCopies _copies;
    private readonly List<(IndexRange Range, byte[] Bytes)> _parts = [];
    private readonly Dictionary<string, SnapshotPart> _awaited = []; // by persistence id: the store has not answered for them
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

    /// <summary>What was copied, without the memory, which is the block's.</summary>
    public BlockSnapshot Snapshot { get; }

    /// <summary>Whether storing has begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Begins storing: computes the checksums beside the actor, since megabytes of hashing do not belong on the hot path.</summary>
    public Task<PartsSealed> SealAsync()
    {
        HasBegun = true;
        return Task.Run(() =>
        {
            foreach (var (_, bytes) in _parts) BlockPartCodec.Seal(bytes);
            return new PartsSealed(this);
        });
    }

    /// <summary>Hands all parts to the store, whose answers are given to <see cref="Take"/>.</summary>
    public void Store(SnapshotStore vault)
    {
        _stored.Clear();
        _failure = null;
        var attempt = Random.Shared.NextInt64(1L << 40);
        foreach (var (range, bytes) in _parts)
        {
            var id = PartsSweep.PersistenceIdOf(Snapshot.Job, Snapshot.Lineage, range.First, attempt);
            var part = new SnapshotPart(range.First, range.Count, id, Snapshot.Step, BlockPartCodec.ChecksumOf(bytes));
            _awaited.Add(id, part);
            vault.Save(part, bytes);
        }
    }

    /// <summary>Whether the store has not answered for a part.</summary>
    public bool Awaits(string persistenceId) => _awaited.ContainsKey(persistenceId);

    /// <summary>Takes the store's answer for a part; with the last one, what the attempt came to.</summary>
    public SavingOutcome? Take(string persistenceId, string? failure)
    {
        if (!_awaited.Remove(persistenceId, out var part)) return null;
        if (failure is null) _stored.Add(part);
        _failure ??= failure;
        return _awaited.Count > 0 ? null : new SavingOutcome(this, [.. _stored.OrderBy(stored => stored.Start)], _failure);
    }

    /// <summary>Gives the copies back; nothing reads them any more.</summary>
    public void Free()
    {
        foreach (var (_, bytes) in _parts) _copies.Return(bytes);
        _parts.Clear();
    }

    /// <summary>The wait before the next attempt, longer each time.</summary>
    public TimeSpan NextWait()
    {
        var wait = _wait;
        _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
        return wait;
    }
}
