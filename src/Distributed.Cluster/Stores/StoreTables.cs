using Microsoft.Data.Sqlite;

namespace Distributed.Cluster.Stores;

/// <summary>
/// The tables of Akka.Persistence.Sql in a SQLite file, as it creates them itself; a test compares the two. Its own way goes through linq2db, which
/// costs every start of a process a tenth of its processor time.
/// </summary>
internal static class StoreTables
{
    private const string Journal = """
        CREATE TABLE [journal]
        (
        	[ordering]        INTEGER        NOT NULL PRIMARY KEY AUTOINCREMENT,
        	[created]         INTEGER        NOT NULL,
        	[deleted]         Bit            NOT NULL,
        	[persistence_id]  NVarChar(255)  NOT NULL,
        	[sequence_number] INTEGER        NOT NULL,
        	[message]         VarBinary      NOT NULL,
        	[tags]            NVarChar(100)      NULL,
        	[manifest]        NVarChar(500)      NULL,
        	[identifier]      INTEGER            NULL,
        	[writer_uuid]     NVarChar(128)      NULL
        );
        CREATE UNIQUE INDEX journal_uq ON journal (persistence_id, sequence_number);
        CREATE INDEX journal_created_idx ON journal (created);
        CREATE INDEX journal_sequence_number_idx ON journal (sequence_number);
        """;

    private const string Snapshot = """
        CREATE TABLE [snapshot]
        (
        	[persistence_id]  NVarChar(255) NOT NULL,
        	[sequence_number] INTEGER       NOT NULL,
        	[created]         INTEGER       NOT NULL,
        	[snapshot]        VarBinary         NULL,
        	[manifest]        NVarChar(500)     NULL,
        	[serializer_id]   INTEGER           NULL,

        	CONSTRAINT [PK_snapshot] PRIMARY KEY ([persistence_id], [sequence_number])
        );
        CREATE INDEX snapshot_sequence_number_idx ON snapshot (sequence_number);
        CREATE INDEX snapshot_created_idx ON snapshot (created);
        """;

    /// <summary>Creates the tables that are not there.</summary>
    public static void Create(SqliteConnection connection)
    {
        var known = StoreIdentity.TablesOf(connection).Select(table => table.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (known.Contains("journal") && known.Contains("snapshot")) return;
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = (known.Contains("journal") ? "" : Journal) + (known.Contains("snapshot") ? "" : Snapshot);
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
