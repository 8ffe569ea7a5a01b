namespace Distributed.Node;

/// <summary>One thing that can be set: by a flag, or by an environment variable when there is no flag.</summary>
/// <param name="Flag">As written on the command line.</param>
/// <param name="Value">What its value is, for people.</param>
/// <param name="Help">What it does.</param>
internal sealed record NodeSetting(string Flag, string Value, string Help)
{
    /// <summary>The roles of the node.</summary>
    public static readonly NodeSetting Roles = new("--roles", "LIST", "coordinator, parameter-server, worker: one or more, separated by commas");

    /// <summary>The name under which others reach the node.</summary>
    public static readonly NodeSetting Hostname = new("--hostname", "NAME", "name or address under which others reach this node (127.0.0.1)");

    /// <summary>The cluster's port.</summary>
    public static readonly NodeSetting Port = new("--port", "PORT", "port of the cluster; 0: any free one (0)");

    /// <summary>Who lets the node in.</summary>
    public static readonly NodeSetting SeedNodes = new("--seed-nodes", "LIST", "host:port of nodes that let this one in, separated by commas; the first one starts the cluster");

    /// <summary>The data plane's port.</summary>
    public static readonly NodeSetting DataPort = new("--data-port", "PORT", "port of the tensor data plane; 0: any free one (0)");

    /// <summary>The HTTP port.</summary>
    public static readonly NodeSetting Http = new("--http", "PORT", "reserved for the HTTP interface; not served yet");

    /// <summary>The store.</summary>
    public static readonly NodeSetting Store = new("--store", "STORE", "SQLite file, or PostgreSQL connection string (Host=...); needed by coordinators and parameter servers");

    /// <summary>Compute threads.</summary>
    public static readonly NodeSetting Threads = new("--threads", "N", "compute threads of the process (all cores)");

    /// <summary>Workers.</summary>
    public static readonly NodeSetting Workers = new("--workers", "N", "workers in the process, which share its threads (1)");

    /// <summary>The shared secret.</summary>
    public static readonly NodeSetting SecretFile = new("--secret-file", "FILE", "file with the secret that all nodes share; needed unless the host name is a loopback address");

    /// <summary>More settings.</summary>
    public static readonly NodeSetting Config = new("--config", "FILE", "HOCON file with settings on top of cluster-config");

    /// <summary>How much is logged.</summary>
    public static readonly NodeSetting Log = new("--log", "LEVEL", "debug, information, warning or error (information)");

    /// <summary>All of them, in the order of the help text.</summary>
    public static readonly IReadOnlyList<NodeSetting> All =
        [Roles, Hostname, Port, SeedNodes, DataPort, Http, Store, Threads, Workers, SecretFile, Config, Log];

    /// <summary>The environment variable.</summary>
    public string Variable => "DISTRIBUTED_" + Flag[2..].ToUpperInvariant().Replace('-', '_');
}
