namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>A test with real processes and a real database; skipped where there is no PostgreSQL.</summary>
public sealed class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute() => Skip = PostgresServer.Missing;
}

/// <summary>A test that kills for minutes; runs when DISTRIBUTED_CHAOS is 1.</summary>
public sealed class ChaosFactAttribute : FactAttribute
{
    public ChaosFactAttribute() => Skip = PostgresServer.Missing
        ?? (Environment.GetEnvironmentVariable("DISTRIBUTED_CHAOS") == "1" ? null : "takes minutes: set DISTRIBUTED_CHAOS=1 to run it");
}
