using System.Runtime.Serialization;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Wire;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Search;
using Microsoft.Data.Sqlite;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Reads a SQLite store that this process owns: no other one writes it meanwhile. What is committed is read, through connections of its own; no row is
/// written.
/// </summary>
/// <param name="store">The store, which stays open while it is read.</param>
internal sealed class SqliteStoreReader(SqliteStore store) : IStoreReader
{

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

    public Task<SearchHistory> SearchAsync(JobId search, CancellationToken cancellation)
    {
        var history = new SearchHistory();
        Replay(JobJournal.IdOfSearch(search), stored =>
        {
            if (stored is SearchEvent searchEvent) history.Apply(searchEvent);
        });
        return Task.FromResult(history);
    }

    public Task<byte[]?> SnapshotAsync(string persistenceId, long? sequenceNumber, CancellationToken cancellation)
    {
        try
        {
            using var connection = Open();
            return Task.FromResult(StoreRows.FindSnapshot(connection, persistenceId, sequenceNumber));
        }
        catch (SqliteException e)
        {
            throw new SnapshotStoreUnavailableException($"the store does not answer: {e.Message}", e);
        }
    }

    private void Replay(string persistenceId, Action<object> apply)
    {
        try
        {
            using var connection = Open();
            foreach (var entry in StoreRows.ReadJournal(connection, persistenceId)) apply(ProtocolSerializer.Read(entry.SerializerId, entry.Message, entry.Manifest));
        }
        catch (Exception e) when (e is SqliteException or SerializationException)
        {
            throw new TrainingException($"the store cannot be read: {e.Message}", e);
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(store.ConnectionString);
        connection.Open();
        SqliteStore.Prepare(connection);
        return connection;
    }
}
