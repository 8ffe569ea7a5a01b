using System.Data.Common;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Snapshots;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Stores and reads the parts of blocks' snapshots by speaking the protocol of Akka.Persistence's snapshot store directly: the sequence number is the
/// step, a failed write stops no actor, and no journal row is needed. Answers to a save are sent to the owning actor.
/// </summary>
/// <remarks>Each attempt to store has its own identity: a late clean-up of a failed attempt cannot delete the next attempt's row.</remarks>
internal sealed class SnapshotStore(ActorSystem system, IActorRef self)
{
    public const string PluginId = "akka.persistence.snapshot-store.sql";

    private readonly IActorRef _store = Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor(PluginId);

    /// <summary>Stores encoded bytes as a part. Answered by <see cref="SaveSnapshotSuccess"/> or <see cref="SaveSnapshotFailure"/>.</summary>
    public void Save(SnapshotPart part, byte[] bytes) =>
        _store.Tell(new SaveSnapshot(new SnapshotMetadata(part.PersistenceId, part.SequenceNumber, DateTime.UtcNow), bytes), self);

    /// <summary>Deletes stored parts; failed deletions remain until the next sweep.</summary>
    public void Delete(IReadOnlyList<SnapshotPart> parts)
    {
        foreach (var part in parts)
            _store.Tell(new DeleteSnapshots(part.PersistenceId, SnapshotSelectionCriteria.Latest), ActorRefs.NoSender); // one row per identity
    }

    /// <summary>Scans the names of the job's stored parts, outside the actor, and deletes orphans.</summary>
    public Task SweepAsync(PartsSweep sweep, ILoggingAdapter log) => Task.Run(async () =>
    {
        try
        {
            var orphans = new List<SnapshotPart>();
            await foreach (var (id, sequenceNumber) in SnapshotRows.ListAsync(system, sweep.Prefix).ConfigureAwait(false))
                if (sweep.IsOrphan(id, sequenceNumber)) orphans.Add(new SnapshotPart(0, 0, id, sequenceNumber, 0));
            Delete(orphans);
        }
        catch (DbException e)
        {
            log.Warning("stored parts that belong to nothing could not be looked for ({0}); they are looked for again", e.Message);
        }
    });

    /// <summary>Reads and verifies parts; throws <see cref="SnapshotUnreadableException"/> for the first that is missing or damaged.</summary>
    public static async Task<IReadOnlyList<LoadedPart>> LoadAsync(ActorSystem system, IReadOnlyList<SnapshotPart> parts)
    {
        var store = Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor(PluginId);
        var loaded = new List<LoadedPart>(parts.Count);
        foreach (var part in parts)
        {
            var criteria = new SnapshotSelectionCriteria(part.SequenceNumber, DateTime.MaxValue, part.SequenceNumber);
            var answer = await store.Ask<object>(new LoadSnapshot(part.PersistenceId, criteria, part.SequenceNumber), TimeSpan.FromSeconds(30)).ConfigureAwait(false);
            var bytes = answer switch
            {
                LoadSnapshotResult { Snapshot.Snapshot: byte[] found } => found,
                LoadSnapshotResult => throw new SnapshotUnreadableException($"part {part.PersistenceId} of step {part.SequenceNumber} is not in the store"),
                LoadSnapshotFailed failed => throw new SnapshotStoreUnavailableException($"the store does not answer: {failed.Cause.Message}"),
                _ => throw new SnapshotStoreUnavailableException($"the store answers with {answer.GetType().Name}"),
            };
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
internal sealed class SnapshotStoreUnavailableException(string message) : Exception(message);
