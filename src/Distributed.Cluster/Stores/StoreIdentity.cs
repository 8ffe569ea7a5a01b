using Microsoft.Data.Sqlite;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Whether a SQLite file is a store of this program. New stores say so in the file's header; those of before are known by their tables.
/// A file of another program, or of a newer release, is refused before a byte is written to it or beside it.
/// </summary>
internal static class StoreIdentity
{
    /// <summary>The application id in the header of a store (<c>PRAGMA application_id</c>, offset 68): "DTRN" in ASCII.</summary>
    public const int ApplicationId = 0x4454524E;

    /// <summary>
    /// The version of a store's tables (<c>PRAGMA user_version</c>). 0 is a store from before the header was written: it has the tables of 1.
    /// </summary>
    public const int SchemaVersion = 1;

    private const string Remedy = "name another file with --store";

    /// <summary>Columns by which the tables of Akka.Persistence.Sql are told from others of the same name.</summary>
    private static readonly Dictionary<string, string[]> Tables = new(StringComparer.OrdinalIgnoreCase)
    {
        ["journal"] = ["ordering", "persistence_id", "sequence_number", "writer_uuid"],
        ["snapshot"] = ["persistence_id", "sequence_number", "snapshot", "serializer_id"],
    };

    /// <summary>Looks at a file and leaves no trace; one that does not exist or is empty becomes a store.</summary>
    /// <exception cref="TrainingException">It is not a store that this program can use; the message says why.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path)) throw new TrainingException($"the store {path} is a folder: name a file in it, such as {Path.Combine(path, "store.db")}");
        var file = new FileInfo(path);
        if (!file.Exists || file.Length == 0) return;
        try
        {
            var hasLog = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
            RefuseByFile(path, hasLog);
            // A store that was killed young has its tables in the log alone, and a newer release may have left its version there.
            if (hasLog) Refuse(path, path);
        }
        catch (SqliteException e)
        {
            throw StoreFailure.Describe(path, e);
        }
    }

    /// <summary>
    /// The file without its write-ahead log: "immutable" neither locks it nor makes the files of the log. A kill or a full disk may have ended the
    /// move from the log into the file half way; only both together are whole then.
    /// </summary>
    private static void RefuseByFile(string path, bool hasLog)
    {
        try
        {
            Refuse(path, $"file:{string.Join('/', path.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString))}?immutable=1");
        }
        catch (SqliteException e) when (hasLog && e.SqliteErrorCode == StoreFailure.Corrupt)
        {
        }
    }

    /// <summary>
    /// Writes the header's marks. In a store that has them too: a disk that is full or cannot be written to is found here, not by the first job.
    /// </summary>
    public static void Stamp(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion};";
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    /// <summary>Why a file is no store that can be used; null when it is one, or holds nothing yet.</summary>
    /// <param name="applicationId">Of its header.</param>
    /// <param name="version">Of its header.</param>
    /// <param name="tables">Its tables and views by name, with the text that made them.</param>
    internal static string? Refusal(int applicationId, int version, IReadOnlyCollection<(string Name, string Sql)> tables)
    {
        var isMarked = applicationId == ApplicationId;
        if (!isMarked && applicationId != 0) return $"belongs to another program (application id 0x{applicationId:x8}): {Remedy}";
        if (isMarked && version > SchemaVersion)
            return $"was written by a newer release (schema version {version}, this one knows {SchemaVersion}): update this program, or {Remedy}";
        if (tables.FirstOrDefault(table => Tables.TryGetValue(table.Name, out var columns) ? !HasAll(table.Sql, columns) : !isMarked) is { Name: not null } other)
            return $"belongs to another program (the table '{other.Name}' is not of this one): {Remedy}";
        return !isMarked && version != 0 ? $"belongs to another program (schema version {version} without an application id): {Remedy}" : null;
    }

    private static bool HasAll(string sql, string[] columns) => columns.All(column => sql.Contains(column, StringComparison.OrdinalIgnoreCase));

    private static void Refuse(string path, string source)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        if (Refusal(Number(connection, "application_id"), Number(connection, "user_version"), TablesOf(connection)) is { } reason)
            throw new TrainingException($"the store {path} {reason}");
    }

    private static int Number(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {pragma}";
        return (int)(long)command.ExecuteScalar()!;
    }

    private static List<(string Name, string Sql)> TablesOf(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'";
        using var reader = command.ExecuteReader();
        var tables = new List<(string Name, string Sql)>();
        while (reader.Read()) tables.Add((reader.GetString(0), reader.GetString(1)));
        return tables;
    }
}
