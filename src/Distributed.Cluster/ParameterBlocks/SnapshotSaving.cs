using Distributed.Cluster.Stores;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>From the sealing task to its block: the copies have their checksums.</summary>
internal sealed record PartsSealed(SnapshotSaving Saving);

/// <summary>Memory of a block's snapshot copies, used again from checkpoint to checkpoint. At most two sets are kept: one is being stored
/// while the best epoch's is copied.</summary>
internal sealed class SnapshotCopies
{
    private const int KeptOfOneLength = 2;
    private readonly Dictionary<int, Stack<byte[]>> _spare = [];

    public byte[] Rent(int length) =>
        _spare.TryGetValue(length, out var spare) && spare.TryPop(out var bytes) ? bytes : GC.AllocateUninitializedArray<byte>(length);

    public void Return(byte[] bytes)
    {
        if (!_spare.TryGetValue(bytes.Length, out var spare)) _spare[bytes.Length] = spare = new Stack<byte[]>();
        if (spare.Count < KeptOfOneLength) spare.Push(bytes);
    }
}

/// <summary>A copy of one block's state, and its way into the store: all parts, tried again with back-off under new identities.</summary>
internal sealed class SnapshotSaving
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SnapshotCopies _copies;
    private readonly Action<SnapshotSaving, IReadOnlyList<SnapshotPart>> _onStored;
    private readonly Action<SnapshotSaving, IReadOnlyList<SnapshotPart>, string> _onFailed;
    private readonly List<(IndexRange Range, byte[] Bytes)> _parts = [];
    private readonly List<SnapshotPart> _stored = [];
    private TimeSpan _wait = TimeSpan.FromMilliseconds(200);
    private string? _failure;
    private int _outstanding;

    /// <summary>Copies the block's memory.</summary>
    public SnapshotSaving(
        BlockSnapshot snapshot,
        SnapshotCopies copies,
        Action<SnapshotSaving, IReadOnlyList<SnapshotPart>> onStored,
        Action<SnapshotSaving, IReadOnlyList<SnapshotPart>, string> onFailed)
    {
        _copies = copies;
        _onStored = onStored;
        _onFailed = onFailed;
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

    public void Store(SnapshotVault vault)
    {
        _stored.Clear();
        _failure = null;
        _outstanding = _parts.Count;
        var attempt = Random.Shared.NextInt64(1L << 40);
        foreach (var (range, bytes) in _parts)
        {
            var id = PartsSweep.PersistenceIdOf(Snapshot.Job, Snapshot.Lineage, range.First, attempt);
            var part = new SnapshotPart(range.First, range.Count, id, Snapshot.Step, BlockPartCodec.ChecksumOf(bytes));
            vault.Save(part, bytes, () => OnAnswer(part, null), reason => OnAnswer(part, reason));
        }
    }

    /// <summary>Gives the copies back; nobody reads them any more.</summary>
    public void Free()
    {
        foreach (var (_, bytes) in _parts) _copies.Return(bytes);
        _parts.Clear();
    }

    public TimeSpan NextWait()
    {
        var wait = _wait;
        _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
        return wait;
    }

    private void OnAnswer(SnapshotPart part, string? failure)
    {
        if (failure is null) _stored.Add(part);
        _failure ??= failure;
        if (--_outstanding > 0) return;
        if (_failure is null) _onStored(this, [.. _stored.OrderBy(stored => stored.Start)]);
        else _onFailed(this, [.. _stored], _failure);
    }
}
