using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Snapshots;

namespace Distributed.Cluster.Stores;

/// <summary>Reads the parts of blocks' snapshots.</summary>
internal static class StoredParts
{
    /// <summary>Reads and verifies parts, in the order given.</summary>
    /// <exception cref="SnapshotUnreadableException">A part is missing or damaged; of several, the first is named.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The store does not answer.</exception>
    public static async Task<IReadOnlyList<LoadedPart>> LoadAsync(IStoreReader reader, IReadOnlyList<SnapshotPart> parts, CancellationToken cancellation)
    {
        var loaded = new List<LoadedPart>(parts.Count);
        foreach (var part in parts)
        {
            var bytes = await reader.SnapshotAsync(part.PersistenceId, part.SequenceNumber, cancellation).ConfigureAwait(false)
                ?? throw new SnapshotUnreadableException($"part {part.PersistenceId} of step {part.SequenceNumber} is not in the store");
            if (BlockPartCodec.TryDecode(bytes, part, out var decoded) is { } wrong)
                throw new SnapshotUnreadableException($"part {part.PersistenceId} of step {part.SequenceNumber} is damaged: {wrong}");
            loaded.Add(decoded!);
        }
        return loaded;
    }
}

/// <summary>A stored snapshot is missing or damaged: another checkpoint is needed.</summary>
internal sealed class SnapshotUnreadableException(string message) : Exception(message);

/// <summary>The store is temporarily unavailable: a retry may succeed.</summary>
internal sealed class SnapshotStoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
