using System.Runtime.Serialization;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Wire;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Queue;
using Microsoft.Data.Sqlite;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Reads a SQLite store without a cluster. It owns the store while it is open, as a cluster does, so no other process writes it meanwhile; it writes
/// no row itself.
/// </summary>
internal sealed class SqliteStoreReader : IStoreReader, IDisposable
{
    private readonly SqliteStore _store;
    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new(); // a connection is for one reader at a time
    private readonly bool _isEmpty;

    private SqliteStoreReader(SqliteStore store, SqliteConnection connection) =>
        (_store, _connection, _isEmpty) = (store, connection, !StoreIdentity.HasTables(connection));

    /// <summary>Opens a store.</summary>
    /// <exception cref="TrainingException">The file cannot be opened, is not this program's, or is owned by another process.</exception>
    public static SqliteStoreReader Open(string path)
    {
        var store = SqliteStore.Open(path);
        var connection = new SqliteConnection(store.ConnectionString);
        try
        {
            connection.Open();
            SqliteStore.Prepare(connection);
            return new SqliteStoreReader(store, connection);
        }
        catch (Exception e)
        {
            connection.Dispose();
            store.Dispose();
            if (e is SqliteException failure) throw StoreFailure.Describe(store.Path, failure);
            throw;
        }
    }

    public Task<IReadOnlyList<JobRegistered>> JobsAsync(CancellationToken cancellation)
    {
        var jobs = new RegisteredJobs();
        Replay(JobJournal.DirectoryId, stored =>
        {
            if (stored is JobRegistered registered) jobs.Apply(registered);
            if (stored is QueueEvent queueEvent) jobs.Apply(queueEvent);
        });
        return Task.FromResult(jobs.Jobs);
    }

    public Task<JobHistory> HistoryAsync(JobId job, CancellationToken cancellation)
    {
        var history = new JobHistory();
        Replay(JobJournal.IdOf(job), stored =>
        {
            if (stored is JournalEvent journalEvent) history.Apply(journalEvent);
        });
        return Task.FromResult(history);
    }

    public Task<byte[]?> SnapshotAsync(string persistenceId, long? sequenceNumber, CancellationToken cancellation)
    {
        if (_isEmpty) return Task.FromResult<byte[]?>(null);
        try
        {
            lock (_gate) return Task.FromResult(StoreRows.FindSnapshot(_connection, persistenceId, sequenceNumber));
        }
        catch (SqliteException e)
        {
            throw new SnapshotStoreUnavailableException($"the store does not answer: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _store.Dispose();
    }

    private void Replay(string persistenceId, Action<object> apply)
    {
        if (_isEmpty) return;
        try
        {
            lock (_gate)
            {
                foreach (var entry in StoreRows.ReadJournal(_connection, persistenceId)) apply(ProtocolSerializer.Read(entry.SerializerId, entry.Message, entry.Manifest));
            }
        }
        catch (Exception e) when (e is SqliteException or SerializationException)
        {
            throw new TrainingException($"the store cannot be read: {e.Message}", e);
        }
    }
}
