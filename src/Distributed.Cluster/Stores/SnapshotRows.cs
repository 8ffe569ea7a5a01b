using System.Data.Common;
using Akka.Actor;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Distributed.Cluster.Stores;

/// <summary>Lists the names of stored snapshot rows, which Akka.Persistence's protocol cannot. Reads no content.</summary>
internal static class SnapshotRows
{
    /// <summary>Lists the persistence id and sequence number of every row whose id begins with a prefix.</summary>
    /// <exception cref="DbException">The store does not answer.</exception>
    public static async IAsyncEnumerable<(string PersistenceId, long SequenceNumber)> ListAsync(ActorSystem system, string prefix)
    {
        await using var connection = Connect(system);
        await connection.OpenAsync().ConfigureAwait(false);
        SqliteStore.Prepare(connection);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id, sequence_number FROM snapshot WHERE substr(persistence_id, 1, @length) = @prefix";
        Add(command, "@length", prefix.Length);
        Add(command, "@prefix", prefix);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false)) yield return (reader.GetString(0), reader.GetInt64(1));
    }

    private static DbConnection Connect(ActorSystem system)
    {
        var store = system.Settings.Config.GetConfig(SnapshotStore.PluginId);
        var connectionString = store.GetString("connection-string");
        return SqliteStore.IsProvider(store.GetString("provider-name"))
            ? new SqliteConnection(connectionString)
            : new NpgsqlConnection(connectionString);
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
