using Distributed.Cluster.Stores;
using Npgsql;

namespace Distributed.Cluster.Hosting;

/// <summary>Whether a store can be used now.</summary>
/// <param name="IsThere">It answers.</param>
/// <param name="IsHopeless">It never will with these settings: to wait would be in vain.</param>
/// <param name="Reason">Why not; empty when it answers.</param>
public sealed record StoreAnswer(bool IsThere, bool IsHopeless, string Reason);

/// <summary>
/// Asks a store whether it answers, before the node is started: Akka's journal gives up at its first failure, and a node may well be started
/// before its database.
/// </summary>
public static class StoreProbe
{
    private const int AnswerLimitSeconds = 5;

    /// <summary>Asks once. A SQLite file is opened by the node itself and always counts as there.</summary>
    public static async Task<StoreAnswer> AskAsync(StoreSettings store, CancellationToken cancellation)
    {
        if (store.SqlitePath is not null) return new StoreAnswer(true, false, "");
        var settings = new NpgsqlConnectionStringBuilder(store.ConnectionString) { Timeout = AnswerLimitSeconds, Pooling = false };
        try
        {
            var connection = new NpgsqlConnection(settings.ConnectionString);
            await using var closing = connection.ConfigureAwait(false);
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return await PostgresSchema.RefusalAsync(connection, cancellation).ConfigureAwait(false) is { } reason
                ? new StoreAnswer(false, true, $"the database '{settings.Database ?? settings.Username}' at {settings.Host} {reason}")
                : new StoreAnswer(true, false, "");
        }
        catch (PostgresException e)
        {
            var isHopeless = e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName;
            return new StoreAnswer(false, isHopeless, $"the database at {settings.Host} answers: {e.MessageText}");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return new StoreAnswer(false, false, $"the database at {settings.Host}:{settings.Port} does not answer: {e.GetBaseException().Message}");
        }
    }
}
