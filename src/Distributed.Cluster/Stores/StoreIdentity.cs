using Microsoft.Data.Sqlite;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Checks whether a SQLite file is a store of this program. New stores are marked in the file's header; older ones are recognized by their tables. A
/// file of another program or of a newer release is refused before a byte is written to it or beside it.
/// </summary>
internal static class StoreIdentity
{
    /// <summary>The application id in the header of a store (<c>PRAGMA application_id</c>, offset 68): "DTRN" in ASCII.</summary>
    public const int ApplicationId = 0x4454524E;

    /// <summary>
    /// The version of a store's tables (<c>PRAGMA user_version</c>). 0 marks a store from before the header was written, with the tables of version
    /// 1.
    /// </summary>
    public const int SchemaVersion = 1;

    private const string Remedy = $"name another file with {StoreRefusedException.Setting}";

    /// <summary>Columns that distinguish the tables of Akka.Persistence.Sql from others of the same name.</summary>
    private static readonly Dictionary<string, string[]> Tables = new(StringComparer.OrdinalIgnoreCase)
    {
        ["journal"] = ["ordering", "persistence_id", "sequence_number", "writer_uuid"],
        ["snapshot"] = ["persistence_id", "sequence_number", "snapshot", "serializer_id"],
    };

    /// <summary>Checks a file without leaving a trace; a missing or empty file may become a store.</summary>
    /// <exception cref="TrainingException">The file is not a store that this program can use; the message says why.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path)) throw new TrainingException($"the store {path} is a folder: name a file in it, such as {Path.Combine(path, "store.db")}");
        var file = new FileInfo(path);
        if (!file.Exists || file.Length == 0) return;
        try
        {
            var hasLog = new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
            RefuseByFile(path, hasLog);
            // A store killed early has its tables only in the log, and a newer release may have left its version there.
            if (hasLog) Refuse(path, path);
        }
        catch (SqliteException e)
        {
            throw StoreFailure.Describe(path, e);
        }
    }

    /// <summary>
    /// Checks the file without its write-ahead log: "immutable" neither locks the file nor creates log files. A kill or a full disk may have
    /// interrupted the move from the log into the file; then only the two together are intact.
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

    /// <summary>Writes the header's marks, even if already present: a full or read-only disk is detected here rather than by the first job.</summary>
    public static void Stamp(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion};";
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    /// <summary>Why a file is not a usable store; null when it is one, or is empty.</summary>
    /// <param name="applicationId">The header's application id.</param>
    /// <param name="version">The header's version.</param>
    /// <param name="tables">Its tables and views by name, with their SQL definitions.</param>
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
            throw new StoreRefusedException($"the store {path} {reason}");
    }

    private static int Number(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {pragma}";
        return (int)(long)command.ExecuteScalar()!;
    }

    /// <summary>The tables and views of a database by name, with their SQL definitions.</summary>
    public static List<(string Name, string Sql)> TablesOf(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'";
        using var reader = command.ExecuteReader();
        var tables = new List<(string Name, string Sql)>();
        while (reader.Read()) tables.Add((reader.GetString(0), reader.GetString(1)));
        return tables;
    }
}
