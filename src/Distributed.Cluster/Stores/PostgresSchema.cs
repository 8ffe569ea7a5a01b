using Npgsql;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Checks whether a PostgreSQL database can hold the tables of Akka.Persistence.Sql: they exist, or there is room and permission to create them.
/// </summary>
internal static class PostgresSchema
{
    private const string Question = """
        SELECT current_schema(),
               current_schema() IS NOT NULL AND has_schema_privilege(current_schema(), 'CREATE'),
               (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname IN ('journal', 'snapshot')),
               (SELECT c.relname FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname IN ('journal', 'snapshot')
                 AND 2 > (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('persistence_id', 'sequence_number'))
                 LIMIT 1)
        FROM (SELECT 1) one LEFT JOIN pg_namespace n ON n.nspname = current_schema()
        """;

    /// <summary>Why the database cannot be a store, as a sentence fragment; null when it can.</summary>
    /// <param name="connection">An open connection; nothing is written.</param>
    /// <param name="cancellation">Cancels the check.</param>
    public static async Task<string?> RefusalAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Question, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        if (reader.IsDBNull(0)) return "has no schema that this user may use: create one, or name it with Search Path=… in --store";
        var schema = reader.GetString(0);
        if (!reader.IsDBNull(3)) return $"has a table '{schema}.{reader.GetString(3)}' of another program: give the store a database or a schema (Search Path=…) of its own";
        return reader.GetInt64(2) < 2 && !reader.GetBoolean(1)
            ? $"does not let this user make tables in the schema '{schema}': GRANT CREATE ON SCHEMA {schema} TO the user, or name another one (Search Path=…)"
            : null;
    }
}
