using System.Net;
using Distributed.Node.Keys;
using Distributed.Transport.Identity;

namespace Distributed.Node.Configuration;

/// <summary>How a node serves HTTP.</summary>
internal sealed record HttpSettings
{
    /// <summary>Where it listens.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Whether it serves the API, or its health and measures alone.</summary>
    public required bool IsGateway { get; init; }

    /// <summary>Where health and measures are served apart from the API; null: with it alone.</summary>
    public IPEndPoint? HealthAddress { get; init; }

    /// <summary>Whether this is the server of a gateway's health and measures, without the API.</summary>
    public bool IsHealthAlone { get; init; }

    /// <summary>Where uploads are kept.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The store, where it is a file; null for a database of its own server.</summary>
    public string? StoreFile { get; init; }

    /// <summary>The API keys with their roles; without them and without tokens the API is open.</summary>
    public ApiKeys Keys { get; init; } = ApiKeys.None;

    /// <summary>The keys' file, which is read again when it changes; null when they are in a variable, or there are none.</summary>
    public string? KeysFile { get; init; }

    /// <summary>Whose tokens are accepted; null for none.</summary>
    public TokenSettings? Tokens { get; init; }

    /// <summary>Names under which clients reach the API; empty for any, and on loopback for none but localhost.</summary>
    public IReadOnlySet<string> Hosts { get; init; } = new HashSet<string>();

    /// <summary>Where actions are written; null for nowhere.</summary>
    public string? AuditFile { get; init; }

    /// <summary>The node's identity, whose certificate HTTPS shows to clients; null for plain HTTP.</summary>
    public ClusterIdentity? Identity { get; init; }

    /// <summary>Whether other machines reach the node without being authenticated; its health answers say so.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Limits of the HTTP API.</summary>
    public HttpLimits Limits { get; init; } = new();
}

/// <summary>Bounds on what clients may ask for; at a bound the answer is 413 or 429 and says so.</summary>
internal sealed record HttpLimits
{
    /// <summary>Bytes of an upload.</summary>
    public long UploadBytes { get; init; } = 16L << 30;

    /// <summary>Bytes of rows to predict for.</summary>
    public long PredictionBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of any other body.</summary>
    public long BodyBytes { get; init; } = 1L << 20;

    /// <summary>Concurrent uploads.</summary>
    public int Uploads { get; init; } = 4;

    /// <summary>Concurrent event streams.</summary>
    public int Streams { get; init; } = 1_000;

    /// <summary>Bytes that requests hold at once, of their bodies and of what is read from them: a quarter of the memory that the process may use.</summary>
    public long RequestMemoryBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>The slowest body of a submission or prediction, which holds a place for computing while it comes.</summary>
    public BodyPace BodyPace { get; init; } = new(TimeSpan.FromSeconds(10), 256 << 10);

    /// <summary>The slowest upload, which holds one of the places of uploads.</summary>
    public BodyPace UploadPace { get; init; } = new(TimeSpan.FromSeconds(30), 32 << 10);

    /// <summary>Files that the system lets the process open, connections among them.</summary>
    public int OpenFiles { get; init; } = int.MaxValue;

    /// <summary>
    /// Connections: those of all streams, and as many others as a burst of clients has, but no more than a third of the open files: a process that can
    /// open none is ended by its runtime.
    /// </summary>
    public int Connections => Math.Min(Streams + 1_000, OpenFiles / 3);

    /// <summary>Connections of one source, which leaves some to others. A proxy is one source.</summary>
    public int ConnectionsPerSource => Math.Min(Streams + 500, Connections - Connections / 4);

    /// <summary>Connections without a request.</summary>
    public int IdleConnections { get => Math.Min(field, OpenFiles / 6); init; } = 500;

    /// <summary>Concurrent predictions and submissions, which compute.</summary>
    public int Computations { get; init; } = 4;

    /// <summary>Computations that wait for their turn.</summary>
    public int WaitingComputations { get; init; } = 64;

    /// <summary>
    /// Bytes of models that predict: kept, in use and being built. A quarter of the memory that the process may use, which in a container is its
    /// limit's share for the heap (three quarters of it, unless set otherwise). A model beyond the bound is built when no other is in memory.
    /// </summary>
    public long ModelBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Bytes of jobs' histories that are kept for their readers: a sixteenth of the memory that the process may use.</summary>
    public long HistoryBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16;

    /// <summary>Requests a second of one client (a key, or an address without keys); a burst may have ten seconds' worth.</summary>
    public int RequestsPerSecond { get; init; } = 200;

    /// <summary>Failed sign-ins a second of one source (an IPv4 address, an IPv6 network of 64 bits); a burst may have ten seconds' worth.</summary>
    public int FailedSignInsPerSecond { get; init; } = 5;

    /// <summary>Jobs of one user that have not ended; null for any number.</summary>
    public int? OpenJobs { get; init; }

    /// <summary>Bytes of one user's uploads; null for any number.</summary>
    public long? StorageBytes { get; init; }

    /// <summary>Data sets that are kept.</summary>
    public int Datasets { get; init; } = 10_000;
}

/// <summary>The slowest that a body may come.</summary>
/// <param name="Grace">How long it may be late.</param>
/// <param name="BytesPerSecond">Bytes a second, on average.</param>
internal sealed record BodyPace(TimeSpan Grace, int BytesPerSecond);
