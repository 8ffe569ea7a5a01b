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

    /// <summary>The file with the secret that all nodes share; null on loopback.</summary>
    public virtual string? SecretFile => null;

    /// <summary>Every core node lets others in.</summary>
    public IReadOnlyList<string> Seeds => [.. Core.Select(at => $"{at.Host}:{at.Port}")];

    public abstract NodePlace NextWorker();

    public virtual async ValueTask DisposeAsync()
    {
        if (Database is not null) await Database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>All nodes on loopback.</summary>
internal sealed class LoopbackPlace : ClusterPlace
{
    private LoopbackPlace()
    {
    }

    public static async Task<LoopbackPlace> StartAsync(int core, bool withDatabase = true) => new()
    {
        Core = [.. FreePorts(core).Select(port => new NodePlace("127.0.0.1", port, []))],
        Database = withDatabase ? await PostgresServer.StartAsync() : null,
    };

    public override NodePlace NextWorker() => new("127.0.0.1", 0, []);

    private static HashSet<int> FreePorts(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count) ports.Add(PostgresServer.FreePort());
        return ports;
    }
}
