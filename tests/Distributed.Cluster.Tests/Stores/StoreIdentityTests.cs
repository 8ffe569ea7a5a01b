using System.Runtime.Versioning;
using System.Security.Cryptography;
using Distributed.Cluster.Stores;
using Microsoft.Data.Sqlite;

namespace Distributed.Cluster.Tests.Stores;

/// <summary>Which SQLite files are stores; all others stay unchanged, with nothing created beside them.</summary>
public sealed class StoreIdentityTests : IDisposable
{
    /// <summary>The tables as written by releases that left the header's marks at 0.</summary>
    private const string EarlierTables = """
        CREATE TABLE [snapshot] ([persistence_id] NVarChar(255) NOT NULL, [sequence_number] INTEGER NOT NULL, [created] INTEGER NOT NULL,
          [snapshot] VarBinary NULL, [manifest] NVarChar(500) NULL, [serializer_id] INTEGER NULL,
          CONSTRAINT [PK_snapshot] PRIMARY KEY ([persistence_id], [sequence_number]));
        CREATE INDEX snapshot_created_idx ON snapshot (created);
        CREATE TABLE [journal] ([ordering] INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, [created] INTEGER NOT NULL, [deleted] Bit NOT NULL,
          [persistence_id] NVarChar(255) NOT NULL, [sequence_number] INTEGER NOT NULL, [message] VarBinary NOT NULL, [tags] NVarChar(100) NULL,
          [manifest] NVarChar(500) NULL, [identifier] INTEGER NULL, [writer_uuid] NVarChar(128) NULL);
        INSERT INTO journal VALUES (7, 1, 0, 'job-directory', 1, x'00', NULL, 'm', 1, 'w');
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-").FullName;

    private string StorePath => Path.Combine(_folder, "store #1%?.db"); // characters with special meaning in a URI

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("CREATE TABLE notes (id INTEGER PRIMARY KEY, t TEXT); INSERT INTO notes VALUES (1, 'x')", "the table 'notes' is not of this one")]
    [InlineData("PRAGMA journal_mode = WAL; CREATE TABLE notes (t)", "the table 'notes' is not of this one")]
    [InlineData("CREATE TABLE journal (a INTEGER)", "the table 'journal' is not of this one")]
    [InlineData("CREATE VIEW snapshot AS SELECT 1 AS a", "the table 'snapshot' is not of this one")]
    [InlineData("PRAGMA application_id = 252006675; CREATE TABLE vectors (t)", "application id 0x0f055113")]
    [InlineData("PRAGMA application_id = 252006675", "application id 0x0f055113")]
    [InlineData("PRAGMA user_version = 3", "schema version 3 without an application id")]
    [InlineData(EarlierTables + "CREATE TABLE notes (t)", "the table 'notes' is not of this one")]
    public void A_file_of_another_program_is_refused_and_stays_as_it_was(string sql, string reason)
    {
        Make(sql);
        var before = Everything();
        var failure = Assert.ThrowsAny<TrainingException>(() => SqliteStore.Open(StorePath));
        Assert.StartsWith($"the store {StorePath} belongs to another program (", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains("--store", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Everything());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_new_store_and_what_is_beside_it_are_their_owners_alone()
    {
        var folder = Path.Combine(_folder, "new");
        using var store = SqliteStore.Open(Path.Combine(folder, "store.db"));
        using var connection = new SqliteConnection(store.ConnectionString);
        connection.Open();
        Execute(connection, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        var files = Directory.GetFiles(folder);
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file))));
        SqliteConnection.ClearPool(connection);
    }

    [Theory]
    [InlineData(true)] // its tables are in the file
    [InlineData(false)] // and in the log alone
    public void A_file_that_another_program_has_open_in_WAL_mode_is_refused_and_stays_as_it_was(bool isMoved)
    {
        using var other = Connect();
        Execute(other, "PRAGMA journal_mode = WAL; CREATE TABLE notes (t);");
        if (isMoved) Execute(other, "PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO notes VALUES (1);");
        var before = Everything(where: name => !name.EndsWith("-shm", StringComparison.Ordinal)); // readers' shared memory, not content
        Assert.ThrowsAny<TrainingException>(() => SqliteStore.Open(StorePath));
        Assert.Equal(before, Everything(where: name => !name.EndsWith("-shm", StringComparison.Ordinal)));
        Execute(other, "INSERT INTO notes VALUES (2)");
    }

    [Fact]
    public void A_store_of_an_earlier_release_opens_keeps_its_rows_and_is_marked()
    {
        Make("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;" + EarlierTables);
        CheckThatItOpensAndIsMarked();
    }

    [Fact]
    public void A_store_of_an_earlier_release_that_was_killed_with_its_tables_in_the_log_opens()
    {
        var young = Path.Combine(_folder, "young.db");
        using (var killed = Connect(young))
        {
            Execute(killed, "PRAGMA journal_mode = WAL;" + EarlierTables);
            File.Copy(young, StorePath); // as a kill leaves them: nothing was moved from the log into the file
            File.Copy(young + "-wal", StorePath + "-wal");
        }
        CheckThatItOpensAndIsMarked();
    }

    [Fact]
    public void A_store_whose_log_was_moved_into_its_file_half_way_opens()
    {
        var whole = Path.Combine(_folder, "whole.db");
        using (var killed = Connect(whole))
        {
            Execute(killed, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;" + EarlierTables);
            File.Copy(whole + "-wal", StorePath + "-wal");
            Execute(killed, "PRAGMA wal_checkpoint(FULL)");
            File.WriteAllBytes(StorePath, ReadShared(whole)[..4096]); // the first page declares more pages than exist
        }
        CheckThatItOpensAndIsMarked();
    }

    [Fact]
    public void A_new_store_is_marked_in_its_file_before_anything_is_in_its_log()
    {
        using var store = SqliteStore.Open(StorePath);
        var header = File.ReadAllBytes(StorePath)[..100]; // https://sqlite.org/fileformat2.html#the_database_header
        Assert.Equal("DTRN", System.Text.Encoding.ASCII.GetString(header, 68, 4));
        Assert.Equal(StoreIdentity.SchemaVersion, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(60)));
    }

    [Theory]
    [InlineData(null)] // 0 bytes
    [InlineData("CREATE TABLE t (x); DROP TABLE t")]
    [InlineData("PRAGMA journal_mode = WAL")]
    public void A_file_that_holds_nothing_becomes_a_store(string? sql)
    {
        if (sql is null) File.WriteAllBytes(StorePath, []);
        else Make(sql);
        using var store = SqliteStore.Open(StorePath);
        using var connection = Connect();
        Assert.Equal((long)StoreIdentity.ApplicationId, Execute(connection, "PRAGMA application_id"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // where a crash left it
    public void A_store_of_a_newer_release_is_refused_and_stays_as_it_was(bool isInLog)
    {
        var newer = Path.Combine(_folder, "newer.db");
        SqliteStore.Open(newer).Dispose();
        using (var connection = Connect(newer))
        {
            Execute(connection, $"PRAGMA user_version = {StoreIdentity.SchemaVersion + 1}; CREATE TABLE future (t)");
            if (!isInLog) Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            File.Copy(newer, StorePath);
            if (isInLog) File.Copy(newer + "-wal", StorePath + "-wal");
        }
        var before = Everything(where: name => !name.EndsWith("-shm", StringComparison.Ordinal));
        var failure = Assert.ThrowsAny<TrainingException>(() => SqliteStore.Open(StorePath));
        Assert.Contains("newer release (schema version 2, this one knows 1)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Everything(where: name => !name.EndsWith("-shm", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("SQLite format 3 is what this begins with, and no more")]
    public void A_file_that_is_no_SQLite_database_is_refused_and_stays_as_it_was(string text)
    {
        File.WriteAllText(StorePath, string.Concat(Enumerable.Repeat(text, 100)));
        var before = Everything();
        var failure = Assert.ThrowsAny<TrainingException>(() => SqliteStore.Open(StorePath));
        Assert.Contains("SQLite database", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public void A_folder_is_no_store()
    {
        Directory.CreateDirectory(StorePath);
        var failure = Assert.ThrowsAny<TrainingException>(() => SqliteStore.Open(StorePath));
        Assert.Contains("is a folder", failure.Message, StringComparison.Ordinal);
        Assert.Equal([Path.GetFileName(StorePath)], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_store_that_a_process_has_open_is_in_use_and_a_lock_file_that_is_left_is_not()
    {
        using (SqliteStore.Open(StorePath))
        {
            var failure = Assert.ThrowsAny<TrainingException>(() => SqliteStore.Open(StorePath));
            Assert.Contains($"in use by process {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);
        }
        File.WriteAllText(StorePath + ".owner", "4194304");
        SqliteStore.Open(StorePath).Dispose();
    }

    [UserFact, UnsupportedOSPlatform("windows")]
    public void A_file_that_this_user_may_not_read_or_write_is_refused_with_the_systems_words()
    {
        SqliteStore.Open(StorePath).Dispose();
        foreach (var mode in new[] { UnixFileMode.None, UnixFileMode.UserRead })
        {
            File.SetUnixFileMode(StorePath, mode);
            var failure = Assert.ThrowsAny<TrainingException>(() => SqliteStore.Open(StorePath));
            Assert.Contains(mode == UnixFileMode.None ? "denied" : "read-only", failure.Message, StringComparison.Ordinal);
        }
    }

    [UserFact, UnsupportedOSPlatform("windows")]
    public void A_store_in_a_folder_that_cannot_be_written_is_not_in_use()
    {
        SqliteStore.Open(StorePath).Dispose();
        foreach (var file in Directory.GetFiles(_folder)) File.SetUnixFileMode(file, UnixFileMode.UserRead);
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            var failure = Assert.ThrowsAny<TrainingException>(() => SqliteStore.Open(StorePath));
            Assert.DoesNotContain("in use", failure.Message, StringComparison.Ordinal);
            Assert.Contains("denied", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void CheckThatItOpensAndIsMarked()
    {
        using var store = SqliteStore.Open(StorePath);
        using var connection = Connect();
        Assert.Equal("job-directory", Execute(connection, "SELECT persistence_id FROM journal WHERE ordering = 7"));
        Assert.Equal((long)StoreIdentity.ApplicationId, Execute(connection, "PRAGMA application_id"));
        Assert.Equal((long)StoreIdentity.SchemaVersion, Execute(connection, "PRAGMA user_version"));
    }

    private void Make(string sql)
    {
        using var connection = Connect();
        Execute(connection, sql);
    }

    private SqliteConnection Connect(string? path = null)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path ?? StorePath, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Every file in the folder by name and content.</summary>
    private string[] Everything(Func<string, bool>? where = null) =>
        [.. Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Where(where ?? (_ => true))
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(ReadShared(file)))}")];

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static object? Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}

/// <summary>A test of file permissions, which do not apply to root.</summary>
public sealed class UserFactAttribute : FactAttribute
{
    /// <summary>Determines whether the test can run here.</summary>
    public UserFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "file modes are Unix's";
        else if (Environment.IsPrivilegedProcess) Skip = "root may read and write whatever the file modes say";
    }
}
