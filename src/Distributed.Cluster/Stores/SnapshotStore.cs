using System.Data.Common;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Snapshots;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Stores the parts of blocks' snapshots by speaking the protocol of Akka.Persistence's snapshot store directly: the sequence number is the
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
            await using var connection = Connect(system);
            await connection.OpenAsync().ConfigureAwait(false);
            SqliteStore.Prepare(connection);
            await foreach (var (id, sequenceNumber) in StoreRows.ListSnapshotsAsync(connection, sweep.Prefix).ConfigureAwait(false))
                if (sweep.IsOrphan(id, sequenceNumber)) orphans.Add(new SnapshotPart(0, 0, id, sequenceNumber, 0));
            Delete(orphans);
        }
        catch (DbException e)
        {
            log.Warning("stored parts that belong to nothing could not be looked for ({0}); they are looked for again", e.Message);
        }
    });

    private static DbConnection Connect(ActorSystem system)
    {
        var store = system.Settings.Config.GetConfig(PluginId);
        var connectionString = store.GetString("connection-string");
        return SqliteStore.IsProvider(store.GetString("provider-name")) ? new SqliteConnection(connectionString) : new NpgsqlConnection(connectionString);
    }
}
