using Distributed.Tests;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>Where one node runs.</summary>
/// <param name="Host">The address under which others reach it.</param>
/// <param name="Port">The cluster's port; 0 for any free one.</param>
/// <param name="Within">A command that the node's own is appended to; empty for none.</param>
internal sealed record NodePlace(string Host, int Port, IReadOnlyList<string> Within);

/// <summary>Where a cluster's nodes run, and what they share.</summary>
internal abstract class ClusterPlace : IAsyncDisposable
{
    /// <summary>The core nodes; a core node that is started again comes back to its address and port.</summary>
    public IReadOnlyList<NodePlace> Core { get; protected set; } = [];

    /// <summary>The database of the place; null for none.</summary>
    public PostgresServer? Database { get; protected set; }

    /// <summary>For files of the test; gone afterwards.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("distributed-cluster-").FullName;

    /// <summary>The tests' own process.</summary>
    public virtual string ClientHost => "127.0.0.1";

    /// <summary>The authority of the cluster's nodes; null for nodes without certificates.</summary>
    public TestCertificates? Authority { get; protected init; }

    /// <summary>The folder of the certificates that all nodes share; null for none.</summary>
    public string? Certificates => Authority is null ? null : Path.Combine(Folder, "certificates");

    /// <summary>Every core node lets others in.</summary>
    public IReadOnlyList<string> Seeds => [.. Core.Select(at => $"{at.Host}:{at.Port}")];

    public abstract NodePlace NextWorker();

    public virtual async ValueTask DisposeAsync()
    {
        if (Database is not null) await Database.DisposeAsync();
        Authority?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>All nodes on loopback.</summary>
internal sealed class LoopbackPlace : ClusterPlace
{
    private LoopbackPlace()
    {
    }

    /// <param name="core">Core nodes.</param>
    /// <param name="withDatabase">Whether a PostgreSQL server is started.</param>
    /// <param name="withCertificates">Whether the nodes prove who they are, as between machines.</param>
    public static async Task<LoopbackPlace> StartAsync(int core, bool withDatabase = true, bool withCertificates = false)
    {
        var place = new LoopbackPlace
        {
            Core = [.. FreePorts(core).Select(port => new NodePlace("127.0.0.1", port, []))],
            Database = withDatabase ? await PostgresServer.StartAsync() : null,
            Authority = withCertificates ? new TestCertificates() : null,
        };
        place.Authority?.WriteNode(place.Certificates!);
        return place;
    }

    public override NodePlace NextWorker() => new("127.0.0.1", 0, []);

    private static HashSet<int> FreePorts(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count) ports.Add(PostgresServer.FreePort());
        return ports;
    }
}
