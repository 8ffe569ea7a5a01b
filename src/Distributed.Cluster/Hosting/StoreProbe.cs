using Distributed.Cluster.Stores;
using Npgsql;

namespace Distributed.Cluster.Hosting;

/// <summary>Whether a store is currently available.</summary>
/// <param name="IsThere">The store answers.</param>
/// <param name="IsHopeless">The store can never answer with these settings, so waiting is pointless.</param>
/// <param name="Reason">Why it does not answer; empty when it does.</param>
public sealed record StoreAnswer(bool IsThere, bool IsHopeless, string Reason);

/// <summary>
/// Checks that a store answers before the node starts: Akka's journal gives up at its first failure, and a node may start before its database.
/// </summary>
public static class StoreProbe
{
    private const int AnswerLimitSeconds = 5;

    /// <summary>Probes once. A SQLite file is opened by the node itself and always counts as available.</summary>
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
