using Distributed.Cluster.Persistence;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>An encoded part that waits to be stored.</summary>
internal sealed record EncodedPart(SnapshotPart Part, byte[] Bytes);

/// <summary>From the encoding task to its block.</summary>
internal sealed record PartsEncoded(SnapshotSaving Saving, IReadOnlyList<EncodedPart> Parts);

/// <summary>One block's snapshot on its way into the store: all parts, tried again with back-off under new identities.</summary>
internal sealed class SnapshotSaving(
    BlockSnapshot snapshot,
    Action<SnapshotSaving, IReadOnlyList<SnapshotPart>> onStored,
    Action<SnapshotSaving, IReadOnlyList<SnapshotPart>, string> onFailed)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly List<SnapshotPart> _stored = [];
    private TimeSpan _wait = TimeSpan.FromMilliseconds(200);
    private string? _failure;
    private int _outstanding;

    public BlockSnapshot Snapshot { get; } = snapshot;

    /// <summary>Encodes beside the actor: checksums over megabytes do not belong on the hot path.</summary>
    public Task<PartsEncoded> EncodeAsync()
    {
        var attempt = Random.Shared.NextInt64(1L << 40);
        return Task.Run(() => new PartsEncoded(this, [.. BlockPartCodec.PartsOf(Snapshot.Range).Select(range =>
        {
            var bytes = BlockPartCodec.Encode(Snapshot, range);
            var id = SnapshotVault.PersistenceIdOf(Snapshot.Job, Snapshot.Lineage, range.First, attempt);
            return new EncodedPart(new SnapshotPart(range.First, range.Count, id, Snapshot.Step, BlockPartCodec.ChecksumOf(bytes)), bytes);
        })]));
    }

    public void Store(SnapshotVault vault, IReadOnlyList<EncodedPart> parts)
    {
        _stored.Clear();
        _failure = null;
        _outstanding = parts.Count;
        foreach (var (part, bytes) in parts)
            vault.Save(part, bytes, () => OnAnswer(part, null), reason => OnAnswer(part, reason));
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
        if (_failure is null) onStored(this, [.. _stored.OrderBy(stored => stored.Start)]);
        else onFailed(this, [.. _stored], _failure);
    }
}
