using Akka.Configuration;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Data.Samples;
using Distributed.Tensors;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Distributed.Cluster.Hosting;

/// <summary>Options for one node in a cluster of processes.</summary>
public sealed record ClusterNodeOptions
{
    /// <summary>The node's roles; see <see cref="NodeRoles"/>. Empty for a client-only node.</summary>
    public required IReadOnlySet<string> Roles { get; init; }

    /// <summary>Judges the machine's arithmetic.</summary>
    internal Func<ArithmeticVerdict> Arithmetic { get; init; } = () => MachineArithmetic.Verdict;

    /// <summary>
    /// The name or address under which others reach this node. Without an <see cref="Identity"/> peers are not authenticated, so the default is
    /// loopback.
    /// </summary>
    public string Hostname { get; init; } = "127.0.0.1";

    /// <summary>
    /// The listen address; null to use <see cref="Hostname"/>. Use "0.0.0.0" where the machine's address may change, as in containers.
    /// </summary>
    public string? ListenAddress { get; init; }

    /// <summary>The cluster's port; 0 for any free port.</summary>
    public int Port { get; init; }

    /// <summary>The seed nodes to join through, as host:port. The first node of a new cluster lists itself first.</summary>
    public IReadOnlyList<string> SeedNodes { get; init; } = [];

    /// <summary>
    /// Core nodes required before a new cluster counts its members. With more than one, an isolated node cannot form its own cluster.
    /// </summary>
    public int LeastCoreNodes { get; init; } = 1;

    /// <summary>The port of the tensor data plane; 0 for any free port.</summary>
    public int DataPort { get; init; }

    /// <summary>Whether tensors for processes on the same machine may use shared memory; otherwise sockets.</summary>
    public bool SharesMemory { get; init; } = true;

    /// <summary>The store; null on nodes that need none (workers).</summary>
    public StoreSettings? Store { get; init; }

    /// <summary>Data sets already in this process's memory: jobs on them fetch nothing.</summary>
    public IReadOnlyList<EncodedDataSet> Resident { get; init; } = [];

    /// <summary>The folder for data sets; null for a per-node folder in the user's cache. Owned by one process at a time.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Capacity of the data folder in bytes. This node's workers, or the submission, refuse a job with more data.</summary>
    public long DataCacheBytes { get; init; } = 8L << 30;

    /// <summary>Worker actors on a node with the role worker.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Compute threads of the process, divided among its workers.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The maximum number of queued jobs running at once. Applies on the node that runs the job directory.</summary>
    public int MaximumRunningJobs { get; init; } = 1;

    /// <summary>
    /// The node's certificate and the authorities whose nodes it accepts. Membership, control messages and tensors are then encrypted, and exchanged
    /// with nodes of the cluster alone. Nodes with and without an identity cannot join each other.
    /// </summary>
    public ClusterIdentity? Identity { get; init; }

    /// <summary>A shared secret of the tensor plane, the same on all nodes; null for none. It does not protect cluster membership.</summary>
    public string? Secret { get; init; }

    /// <summary>Settings that override all others; null for none.</summary>
    public Config? Overrides { get; init; }

    /// <summary>Configures logging.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = _ => { };

    /// <summary>
    /// Whether a coordinator or parameter server runs here. Core nodes need a store and count in the majority that survives a split.
    /// </summary>
    public bool IsCore => Roles.Contains(NodeRoles.Coordinator) || Roles.Contains(NodeRoles.ParameterServer);
}

/// <summary>The database for the journal and snapshots.</summary>
/// <param name="Provider">The linq2db provider name.</param>
/// <param name="ConnectionString">The connection string.</param>
/// <param name="SqlitePath">The SQLite file, owned by one process at a time; null for a database server.</param>
public sealed record StoreSettings(string Provider, string ConnectionString, string? SqlitePath = null)
{
    /// <summary>Parses a PostgreSQL connection string (containing a Host) or the path of a SQLite file.</summary>
    /// <exception cref="ArgumentException">The text is neither.</exception>
    public static StoreSettings Parse(string text)
    {
        if (text.Contains("host", StringComparison.OrdinalIgnoreCase) && text.Contains('='))
        {
            var parts = new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrWhiteSpace(parts.Host)) throw new ArgumentException("the connection string names no Host");
            return new StoreSettings("PostgreSQL.15", parts.ConnectionString);
        }
        if (text.Contains('=') || text.Contains('"')) throw new ArgumentException($"'{text}' is neither a path nor a PostgreSQL connection string (Host=…;Database=…)");
        var path = Path.GetFullPath(text);
        return new StoreSettings("SQLite.MS", SqliteStore.Connection(path), path);
    }

    /// <summary>Adds a password that is kept outside the connection string.</summary>
    public StoreSettings WithPassword(string password) =>
        this with { ConnectionString = new NpgsqlConnectionStringBuilder(ConnectionString) { Password = password }.ConnectionString };
}
