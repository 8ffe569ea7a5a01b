using Akka.Configuration;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Data.Samples;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Distributed.Cluster.Hosting;

/// <summary>How one node of a cluster of processes is set up.</summary>
public sealed record ClusterNodeOptions
{
    /// <summary>What runs here; see <see cref="NodeRoles"/>. Empty for a node that is only a client.</summary>
    public required IReadOnlySet<string> Roles { get; init; }

    /// <summary>The name or address under which others reach this node. Akka.Remote authenticates nobody: loopback unless told otherwise.</summary>
    public string Hostname { get; init; } = "127.0.0.1";

    /// <summary>The address to listen at; null for that of <see cref="Hostname"/>. "0.0.0.0" where the machine's address may change, as in containers.</summary>
    public string? ListenAddress { get; init; }

    /// <summary>The cluster's port; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>Nodes that are asked to let this one in, as host:port. The first one of a new cluster names itself first.</summary>
    public IReadOnlyList<string> SeedNodes { get; init; } = [];

    /// <summary>Core nodes that a new cluster needs before it counts anybody: with more than one, a node that is cut off cannot begin a cluster of its own.</summary>
    public int LeastCoreNodes { get; init; } = 1;

    /// <summary>The port of the tensor data plane; 0 for any free one.</summary>
    public int DataPort { get; init; }

    /// <summary>Whether tensors to processes of the same machine may go through shared memory; sockets otherwise.</summary>
    public bool SharesMemory { get; init; } = true;

    /// <summary>The store; null on nodes that need none (workers).</summary>
    public StoreSettings? Store { get; init; }

    /// <summary>Data sets that are in this process's memory already: jobs on them need nothing fetched.</summary>
    public IReadOnlyList<EncodedDataSet> Resident { get; init; } = [];

    /// <summary>The folder that keeps data sets; null for one of this node's under the user's cache folder. One process at a time owns it.</summary>
    public string? DataFolder { get; init; }

    /// <summary>How many bytes of data sets the folder keeps. A job with more data is refused by this node's workers, or at its submission.</summary>
    public long DataCacheBytes { get; init; } = 8L << 30;

    /// <summary>Worker actors on a node with the role worker.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Compute threads of the process, shared out among its workers.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The most jobs of the queue that have their turn at once; the node that runs the directory of jobs decides.</summary>
    public int MaximumRunningJobs { get; init; } = 1;

    /// <summary>
    /// The secret of the tensor plane, the same on all nodes; null allows one without, on loopback. It keeps no node out of the cluster:
    /// membership is not authenticated.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>Settings on top of everything else; null for none.</summary>
    public Config? Overrides { get; init; }

    /// <summary>Where log lines go.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = _ => { };

    /// <summary>Whether a coordinator or parameter server runs here: what needs a store, and counts in the majority that survives a split.</summary>
    public bool IsCore => Roles.Contains(NodeRoles.Coordinator) || Roles.Contains(NodeRoles.ParameterServer);
}

/// <summary>Where journal and snapshots are kept.</summary>
/// <param name="Provider">linq2db's name of the database.</param>
/// <param name="ConnectionString">How it is reached.</param>
/// <param name="SqlitePath">The SQLite file, which one process at a time owns; null for a server's database.</param>
public sealed record StoreSettings(string Provider, string ConnectionString, string? SqlitePath = null)
{
    /// <summary>Reads what a person wrote: a PostgreSQL connection string (it names a Host), or the path of a SQLite file.</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
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

    /// <summary>The same database with a password that stands elsewhere than in the connection string.</summary>
    public StoreSettings WithPassword(string password) =>
        this with { ConnectionString = new NpgsqlConnectionStringBuilder(ConnectionString) { Password = password }.ConnectionString };
}
