using Distributed.Tests;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>A test that changes what only root may change (a mount, a network namespace); skipped, with the reason, for everybody else.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    /// <summary>Finds out whether the test can run here.</summary>
    /// <param name="probe">A shell command that succeeds where it can.</param>
    /// <param name="what">What the command tries, for people.</param>
    /// <param name="needsDatabase">Whether it starts a database server too.</param>
    public RootFactAttribute(string probe, string what, bool needsDatabase = true) =>
        Skip = (needsDatabase ? PostgresServer.Missing : null) ?? RootProbe.Missing(probe, what);
}
