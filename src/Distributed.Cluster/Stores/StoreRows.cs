using System.Data.Common;

namespace Distributed.Cluster.Stores;

/// <summary>A row of the journal: a serialized event.</summary>
/// <param name="Message">The event in its stored form.</param>
/// <param name="Manifest">Its kind.</param>
/// <param name="SerializerId">Who wrote it.</param>
internal sealed record JournalEntry(byte[] Message, string Manifest, int SerializerId);

/// <summary>
/// What this program itself reads from the tables of Akka.Persistence.Sql, by one SQL text for SQLite and PostgreSQL. Only Akka.Persistence writes
/// them.
/// </summary>
internal static class StoreRows
{
    /// <summary>Reads a journal's events in order, without those that are marked as deleted.</summary>
    /// <exception cref="DbException">The store does not answer.</exception>
    /// <remarks>
    /// The key of the table gives a sequence number to one writer alone, so the rows of an old writer never stand behind those of a new one, and need
    /// no filter as a replay over the network does.
    /// </remarks>
    public static IEnumerable<JournalEntry> ReadJournal(DbConnection connection, string persistenceId)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT message, manifest, identifier FROM journal WHERE persistence_id = @id AND NOT deleted ORDER BY sequence_number";
        Add(command, "@id", persistenceId);
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return new JournalEntry(reader.GetFieldValue<byte[]>(0), reader.GetString(1), reader.GetInt32(2));
    }

    /// <summary>Reads the bytes of a snapshot; null when there is none.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="persistenceId">Its persistence id.</param>
    /// <param name="sequenceNumber">Its sequence number; null for the latest.</param>
    /// <exception cref="DbException">The store does not answer.</exception>
    public static byte[]? FindSnapshot(DbConnection connection, string persistenceId, long? sequenceNumber)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            $"SELECT snapshot FROM snapshot WHERE persistence_id = @id{(sequenceNumber is null ? "" : " AND sequence_number = @number")} ORDER BY sequence_number DESC LIMIT 1";
        Add(command, "@id", persistenceId);
        if (sequenceNumber is { } number) Add(command, "@number", number);
        using var reader = command.ExecuteReader();
        return reader.Read() && !reader.IsDBNull(0) ? reader.GetFieldValue<byte[]>(0) : null;
    }

    /// <summary>Lists the persistence id and sequence number of every snapshot whose id begins with a prefix, which Akka.Persistence's protocol cannot.</summary>
    /// <exception cref="DbException">The store does not answer.</exception>
    public static async IAsyncEnumerable<(string PersistenceId, long SequenceNumber)> ListSnapshotsAsync(DbConnection connection, string prefix)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id, sequence_number FROM snapshot WHERE substr(persistence_id, 1, @length) = @prefix";
        Add(command, "@length", prefix.Length);
        Add(command, "@prefix", prefix);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false)) yield return (reader.GetString(0), reader.GetInt64(1));
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
