using System.CommandLine;

namespace Distributed.Node.Configuration;

/// <summary>One thing that can be set: by a flag, or by an environment variable when there is no flag.</summary>
internal sealed class NodeSetting : Option<string>
{
    /// <summary>Creates one.</summary>
    /// <param name="flag">As written on the command line.</param>
    /// <param name="value">A description of its value.</param>
    /// <param name="help">Its purpose.</param>
    private NodeSetting(string flag, string value, string help)
        : base(flag)
    {
        Variable = "DISTRIBUTED_" + flag[2..].ToUpperInvariant().Replace('-', '_');
        (HelpName, Description) = (value, $"{help} [{Variable}]");
    }

    /// <summary>The roles of the node.</summary>
    public static readonly NodeSetting Roles = new("--roles", "LIST", "coordinator, parameter-server, worker, gateway: one or more, separated by commas");

    /// <summary>The name under which others reach the node.</summary>
    public static readonly NodeSetting Hostname = new(
        "--hostname", "NAME", "name or address under which others reach this node (127.0.0.1); auto: as the name server calls this machine's address");

    /// <summary>The address to listen at.</summary>
    public static readonly NodeSetting Listen = new("--listen", "ADDRESS", "address to listen at, when it is not that of the host name; 0.0.0.0 for all, and with --hostname auto");

    /// <summary>The cluster's port.</summary>
    public static readonly NodeSetting Port = new("--port", "PORT", "port of the cluster; 0: any free one (0)");

    /// <summary>The seed nodes.</summary>
    public static readonly NodeSetting SeedNodes = new("--seed-nodes", "LIST", "host:port of nodes that let this one in, separated by commas; the first one starts the cluster; with --hostname auto a name may stand for many");

    /// <summary>Core nodes that a new cluster needs.</summary>
    public static readonly NodeSetting CoreNodes = new("--core-nodes", "N", "core nodes (coordinators, parameter servers) of the cluster: it starts with most of them, so that one alone never does (1)");

    /// <summary>The data plane's port.</summary>
    public static readonly NodeSetting DataPort = new("--data-port", "PORT", "port of the tensor data plane; 0: any free one (0)");

    /// <summary>Where HTTP is served.</summary>
    public static readonly NodeSetting Http = new("--http", "[ADDRESS:]PORT", "where HTTP is served: the API on a gateway (127.0.0.1:8080), health and measures on any node (not at all)");

    /// <summary>Where health and measures are served apart from the API; without a value the check of another process's health.</summary>
    public static readonly NodeSetting Health = new(
        "--health", "[ADDRESS:]PORT", "where health and measures are served apart from the API, so that a flood there leaves them alone (not apart); without a value: ends with 0 when the node that writes the --health-file is ready")
    { Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Where uploads are kept.</summary>
    public static readonly NodeSetting DataDir = new("--data-dir", "DIR", "folder for data, one for each node: uploads of a gateway, samples of jobs (per-user paths)");

    /// <summary>The API's keys.</summary>
    public static readonly NodeSetting ApiKeysFile = new("--api-keys-file", "FILE", "file with the keys of the API ('distributed-node keys add' makes them), read again when it changes; without it DISTRIBUTED_API_KEYS may hold its lines, separated by semicolons");

    /// <summary>The server whose tokens the API accepts.</summary>
    public static readonly NodeSetting TokenServer = new("--oidc-authority", "URL", "OpenID Connect server whose tokens the API accepts beside keys, as https://login.example");

    /// <summary>For whom its tokens have to be.</summary>
    public static readonly NodeSetting TokenAudience = new("--oidc-audience", "NAME", "audience that a token has to be for; needed with --oidc-authority");

    /// <summary>The claim with the roles.</summary>
    public static readonly NodeSetting TokenRoles = new("--oidc-role-claim", "CLAIM", "claim of a token whose values are roles: reader, submitter, operator (roles)");

    /// <summary>Names of the API.</summary>
    public static readonly NodeSetting HttpHosts = new("--http-hosts", "LIST", "names under which clients reach the API, separated by commas; others are refused (any; on loopback localhost alone)");

    /// <summary>The audit log.</summary>
    public static readonly NodeSetting Audit = new("--audit", "FILE", "file of a gateway with who did what, as JSON lines, 10 MiB and four earlier files (STORE.audit.jsonl; with PostgreSQL audit.jsonl in --data-dir)");

    /// <summary>An open API.</summary>
    public static readonly NodeSetting AllowAnonymous = new("--allow-anonymous", "yes", "lets everybody who reaches the API do everything, on addresses beyond loopback too");

    /// <summary>The longest upload.</summary>
    public static readonly NodeSetting MaxUpload = new("--max-upload", "MIB", "the longest upload in MiB (16384)");

    /// <summary>The rate of one client.</summary>
    public static readonly NodeSetting MaxRequests = new("--max-requests", "N", "requests a second of one client of the API (200)");

    /// <summary>Concurrent event streams.</summary>
    public static readonly NodeSetting MaxStreams = new("--max-streams", "N", "event streams that may be open at once (1000)");

    /// <summary>Open jobs of one user.</summary>
    public static readonly NodeSetting MaxOpenJobs = new("--max-open-jobs", "N", "jobs of one user (a key's name or a token's subject) that may wait or run, taken from this gateway (any number)");

    /// <summary>Storage of one user.</summary>
    public static readonly NodeSetting MaxStorage = new("--max-storage", "BYTES", "how much one user's uploads may take on this gateway, as 20GiB or 500MB (any amount)");

    /// <summary>Concurrent jobs.</summary>
    public static readonly NodeSetting MaxJobs = new("--max-concurrent-jobs", "N", "jobs of the queue that run at once; the same on all coordinators (1)");

    /// <summary>The store.</summary>
    public static readonly NodeSetting Store = new("--store", "STORE", "SQLite file, or PostgreSQL connection string (Host=...); needed by coordinators and parameter servers");

    /// <summary>The file with the database's password.</summary>
    public static readonly NodeSetting StorePasswordFile = new("--store-password-file", "FILE", "file with the password of the PostgreSQL store, in place of one in --store");

    /// <summary>Compute threads.</summary>
    public static readonly NodeSetting Threads = new("--threads", "N", "compute threads of the process (all cores)");

    /// <summary>Workers.</summary>
    public static readonly NodeSetting Workers = new("--workers", "N", "workers in the process, which share its threads (1)");

    /// <summary>The bound of the samples that are kept.</summary>
    public static readonly NodeSetting DataCache = new("--data-cache", "BYTES", "how much of samples is kept, as 8GiB or 500MB; jobs with more are refused (8GiB)");

    /// <summary>The node's certificates.</summary>
    public static readonly NodeSetting Certificates = new("--certificates", "DIR", "folder with authority.pem, node.pem and node.key ('distributed-node certificates --out DIR' makes them); needed beyond loopback: nodes prove that they belong to the cluster, and what they exchange is encrypted");

    /// <summary>Nodes without certificates beyond loopback.</summary>
    public static readonly NodeSetting Insecure = new("--insecure", "yes", "lets a node without certificates listen beyond loopback: everybody who reaches it can join the cluster and read or change all of it");

    /// <summary>The shared secret.</summary>
    public static readonly NodeSetting SecretFile = new("--secret-file", "FILE", "file with a secret of the tensor plane, the same on all nodes; certificates do not need one. It keeps no node out of the cluster");

    /// <summary>More settings.</summary>
    public static readonly NodeSetting Config = new("--config", "FILE", "HOCON file with settings on top of cluster-config");

    /// <summary>The file that tells the node's health.</summary>
    public static readonly NodeSetting HealthFile = new("--health-file", "FILE", "file that the node writes its state into; 'distributed-node --health' reads it and ends with 0 when the node is ready");

    /// <summary>How much is logged.</summary>
    public static readonly NodeSetting Log = new("--log", "LEVEL", "debug, information, warning or error (information)");

    /// <summary>All of them, in the order of the help text.</summary>
    public static readonly IReadOnlyList<NodeSetting> All =
    [
        Roles, Hostname, Listen, Port, SeedNodes, CoreNodes, DataPort, Http, Health, DataDir, DataCache, ApiKeysFile, TokenServer, TokenAudience, TokenRoles, HttpHosts, Audit, AllowAnonymous,
        MaxUpload, MaxRequests, MaxStreams, MaxOpenJobs, MaxStorage, MaxJobs, Store, StorePasswordFile, Threads, Workers, Certificates, Insecure, SecretFile, Config, HealthFile, Log,
    ];

    /// <summary>As written on the command line.</summary>
    public string Flag => Name;

    /// <summary>The environment variable.</summary>
    public string Variable { get; }
}
