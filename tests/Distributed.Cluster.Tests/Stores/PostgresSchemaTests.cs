using Distributed.Cluster.Hosting;
using Distributed.Tests;
using Npgsql;

namespace Distributed.Cluster.Tests.Stores;

/// <summary>PostgreSQL databases that cannot be a store are reported at start, not by the first write.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresSchemaTests(PostgresFixture postgres)
{
    [ClusterFact]
    public async Task A_database_with_tables_of_another_program_or_without_leave_to_make_any_is_refused()
    {
        var own = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync("refusals")) { Pooling = false };
        Assert.True((await AskAsync(own)).IsThere);

        await ExecuteAsync(own, "CREATE SCHEMA other; CREATE TABLE other.journal (a int)");
        var foreign = await AskAsync(new NpgsqlConnectionStringBuilder(own.ConnectionString) { SearchPath = "other" });
        Assert.True(foreign.IsHopeless);
        Assert.Contains("has a table 'other.journal' of another program", foreign.Reason, StringComparison.Ordinal);

        await ExecuteAsync(own, "CREATE USER guest; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        var guest = new NpgsqlConnectionStringBuilder(own.ConnectionString) { Username = "guest" };
        var denied = await AskAsync(guest);
        Assert.True(denied.IsHopeless);
        Assert.Contains("GRANT CREATE ON SCHEMA public", denied.Reason, StringComparison.Ordinal);

        await ExecuteAsync(own, "CREATE TABLE journal (persistence_id text, sequence_number int); CREATE TABLE snapshot (persistence_id text, sequence_number int)");
        Assert.True((await AskAsync(guest)).IsThere); // the tables exist: none has to be created

        var nowhere = await AskAsync(new NpgsqlConnectionStringBuilder(own.ConnectionString) { SearchPath = "nowhere" });
        Assert.True(nowhere.IsHopeless);
        Assert.Contains("has no schema", nowhere.Reason, StringComparison.Ordinal);
        Assert.All(new[] { foreign, denied, nowhere }, answer => Assert.DoesNotContain("\n", answer.Reason, StringComparison.Ordinal));
    }

    private static Task<StoreAnswer> AskAsync(NpgsqlConnectionStringBuilder store) => StoreProbe.AskAsync(StoreSettings.Parse(store.ConnectionString), default);

    private static async Task ExecuteAsync(NpgsqlConnectionStringBuilder store, string sql)
    {
        await using var connection = new NpgsqlConnection(store.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
