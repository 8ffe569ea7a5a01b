namespace Distributed.Tests;

/// <summary>A test with real processes and a real database; skipped where there is no PostgreSQL.</summary>
public sealed class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute() => Skip = PostgresServer.Missing;
}
