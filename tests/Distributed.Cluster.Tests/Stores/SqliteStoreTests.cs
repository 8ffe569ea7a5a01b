using Distributed.Cluster.Stores;
using Microsoft.Data.Sqlite;

namespace Distributed.Cluster.Tests.Stores;

/// <summary>How a store's file is created and opened.</summary>
public sealed class SqliteStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-").FullName;

    private string StorePath => Path.Combine(_folder, "store.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_file_has_pages_for_rows_of_megabytes_and_a_log()
    {
        using var store = SqliteStore.Open(StorePath);
        using var connection = new SqliteConnection(store.ConnectionString);
        connection.Open();
        Execute(connection, "CREATE TABLE t (x)"); // the page size is written with the first page
        Assert.Equal(32768L, Execute(connection, "PRAGMA page_size"));
        Assert.Equal("wal", Execute(connection, "PRAGMA journal_mode"));
    }

    [Fact]
    public void Its_tables_are_those_that_the_journal_would_create()
    {
        using (SqliteStore.Open(StorePath))
        {
        }
        var other = Path.Combine(_folder, "other.db");
        using (var store = new StoreUnderTest("SQLite.MS", SqliteStore.Connection(other), () => new SqliteConnection(SqliteStore.Connection(other))))
            store.Open(new Distributed.Protocol.Identity.JobId("job")).Write(new Distributed.Protocol.Journal.TermStarted(1));
        var expected = Definitions(other);
        Assert.Equal(5, expected.Count(line => line.Contains("INDEX", StringComparison.Ordinal)));
        Assert.Equal(expected, Definitions(StorePath));

        static List<string> Definitions(string path)
        {
            using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT coalesce(sql, name) FROM sqlite_master ORDER BY 1";
            using var reader = command.ExecuteReader();
            var lines = new List<string>();
            while (reader.Read()) lines.Add(reader.GetString(0).ReplaceLineEndings("\n"));
            return lines;
        }
    }

    [Fact]
    public void A_file_that_is_there_keeps_its_pages_and_its_rows()
    {
        using (var earlier = new SqliteConnection($"Data Source={StorePath};Pooling=False"))
        {
            earlier.Open();
            Execute(earlier, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; CREATE TABLE journal (ordering, persistence_id, sequence_number, writer_uuid); INSERT INTO journal (ordering) VALUES (17)");
        }
        using var store = SqliteStore.Open(StorePath);
        using var connection = new SqliteConnection(store.ConnectionString);
        connection.Open();
        Assert.Equal(4096L, Execute(connection, "PRAGMA page_size"));
        Assert.Equal(17L, Execute(connection, "SELECT ordering FROM journal"));
    }

    private static object? Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
