using System.Data.Common;
using Akka.Persistence.Sql.Config;
using Distributed.Transport.Files;
using LinqToDB;
using LinqToDB.Interceptors;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Distributed.Cluster.Stores;

/// <summary>A SQLite file as a store: created if missing, in WAL mode, owned by one process at a time.</summary>
internal sealed class SqliteStore : IDisposable
{
    /// <summary>
    /// Page size in bytes for new files. Snapshots are rows of megabytes: the default 4 KiB costs five times the processor time (24 MB stored and 24
    /// MB deleted: 412 ms with 4 KiB, 72 ms with this size). An existing file keeps its own.
    /// </summary>
    public const int PageSize = 32 * 1024;

    /// <summary>
    /// How long SQLite itself waits for another connection's write, polling after 1 ms, 2 ms, … 100 ms. Without it Microsoft.Data.Sqlite sleeps for
    /// 150 ms whenever the journal's connection collides with the snapshots'.
    /// </summary>
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(10);

    private readonly StoreOwnership _ownership;

    private SqliteStore(string path, StoreOwnership ownership)
    {
        Path = path;
        _ownership = ownership;
    }

    public string Path { get; }

    /// <summary>The connection string for Akka.Persistence.Sql.</summary>
    public string ConnectionString => Connection(Path);

    /// <summary>Whether a linq2db provider name means SQLite.</summary>
    public static bool IsProvider(string name) => name.StartsWith("SQLite", StringComparison.OrdinalIgnoreCase);

    /// <summary>Configures how Akka.Persistence.Sql opens its connections.</summary>
    public static DataOptionsSetup Connections(string providerName, string connectionString) => new(
        new DataOptions().UseConnectionString(providerName, connectionString).UseInterceptor(new BusyTimeoutInterceptor()));

    /// <summary>Makes a connection wait for others' writes.</summary>
    public static void Prepare(DbConnection connection)
    {
        if (connection is SqliteConnection { Handle: { } handle }) raw.sqlite3_busy_timeout(handle, (int)BusyTimeout.TotalMilliseconds);
    }

    /// <summary>Opens a store.</summary>
    /// <exception cref="TrainingException">The file cannot be created, is not this program's, or is owned by another process.</exception>
    public static SqliteStore Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            var ownership = StoreOwnership.Take(full);
            try
            {
                if (!File.Exists(full)) PrivateFile.Touch(full); // the log and its index get the file's rights
                using var connection = new SqliteConnection(Connection(full));
                connection.Open();
                Prepare(connection);
                using var command = connection.CreateCommand();
                command.CommandText = $"PRAGMA page_size = {PageSize};";
                command.ExecuteNonQuery();
                StoreIdentity.Stamp(connection); // before the log exists: a store killed early is recognized by its file
                command.CommandText = "PRAGMA journal_mode = WAL;";
                command.ExecuteNonQuery();
                StoreTables.Create(connection);
                return new SqliteStore(full, ownership);
            }
            catch
            {
                ownership.Dispose();
                throw;
            }
        }
        catch (SqliteException e)
        {
            throw StoreFailure.Describe(full, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Describe(full, e);
        }
    }

    public void Dispose()
    {
        using (var own = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(own); // leaves other stores' pools in this process alone
        _ownership.Dispose();
    }

    /// <summary>Builds the connection string for a path.</summary>
    public static string Connection(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();

    private sealed class BusyTimeoutInterceptor : ConnectionInterceptor
    {
        public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection) => Prepare(connection);

        public override Task ConnectionOpenedAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
        {
            Prepare(connection);
            return Task.CompletedTask;
        }
    }
}
