using System.Collections.Concurrent;
using Akka.Actor;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.TensorPlane;

/// <summary>
/// Moves a node's tensors between its actors and other nodes: by reference within the node, otherwise through the transport. It routes incoming
/// tensors to their block or worker, and reports which nodes are reachable.
/// </summary>
public sealed class DataPlane : ITensorReceiver, IAsyncDisposable
{
    private const int RememberedJobs = 4096;

    private readonly TensorTransport? _transport;
    private readonly string? _socketFolder;
    private readonly ConcurrentDictionary<(JobId Job, int Block), IActorRef> _blocks = new();
    private readonly ConcurrentDictionary<(JobId Job, WorkerId Worker), IActorRef> _workers = new();
    private readonly ConcurrentDictionary<string, IActorRef> _fetches = new(StringComparer.Ordinal); // data fetches, by SHA-256
    private readonly ConcurrentDictionary<JobId, byte> _jobs = new(); // jobs this node took part in

    /// <summary>Creates a plane without a transport: everything passes by reference.</summary>
    public DataPlane() => Endpoint = new DataEndpoint("here", []);

    private DataPlane(TransportOptions options, string host, string? listen, int port, ILogger<TensorTransport> logger)
    {
        _transport = new TensorTransport(options, this, logger);
        try
        {
            var tcp = TensorAddress.Tcp(host, _transport.Listen(TensorAddress.Tcp(listen ?? host, port)).Port);
            _socketFolder = Directory.CreateTempSubdirectory("distributed-").FullName; // accessible to this user only
            var unix = _transport.Listen(TensorAddress.Unix(Path.Combine(_socketFolder, "tensors")));
            Endpoint = new DataEndpoint(options.Self.Value, [unix.ToString(), tcp.ToString()]);
        }
        catch
        {
            _transport.DisposeAsync().AsTask().Wait();
            if (_socketFolder is not null) Directory.Delete(_socketFolder, recursive: true);
            throw;
        }
    }

    /// <summary>This node's endpoint.</summary>
    public DataEndpoint Endpoint { get; }

    /// <summary>Received values not yet released by actors, in bytes.</summary>
    public long LeasedBytes => _transport?.LeasedBytes ?? 0;

    /// <summary>Starts listening on a port of a host, and on a socket file for peers on this machine.</summary>
    /// <param name="options">The transport options.</param>
    /// <param name="host">The name or address under which peers reach this node.</param>
    /// <param name="listen">The listen address; null to use the host's.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="logger">The logger.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address is taken or does not belong to this host.</exception>
    public static DataPlane Listen(TransportOptions options, string host, string? listen, int port, ILogger<TensorTransport> logger) =>
        new(options, host, listen, port, logger);

    /// <summary>Stops listening and closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_transport is null) return;
        await _transport.DisposeAsync().ConfigureAwait(false);
        if (Directory.Exists(_socketFolder)) Directory.Delete(_socketFolder, recursive: true);
    }

    /// <summary>Waits until all queued data has been sent; returns false when the limit expires first.</summary>
    public Task<bool> DrainAsync(TimeSpan limit) => _transport?.DrainAsync(limit) ?? Task.FromResult(true);

    internal void AddBlock(JobId job, int block, IActorRef actor)
    {
        Remember(job);
        _blocks[(job, block)] = actor;
    }

    internal void RemoveBlock(JobId job, int block, IActorRef actor) => _blocks.TryRemove(new KeyValuePair<(JobId, int), IActorRef>((job, block), actor));

    internal void AddWorker(JobId job, WorkerId worker, IActorRef actor)
    {
        Remember(job);
        _workers[(job, worker)] = actor;
    }

    internal void RemoveWorker(JobId job, WorkerId worker, IActorRef actor) => _workers.TryRemove(new KeyValuePair<(JobId, WorkerId), IActorRef>((job, worker), actor));

    /// <summary>The blocks that run on this node.</summary>
    internal IReadOnlyList<IActorRef> Blocks => [.. _blocks.Values];

    internal void AddFetch(string dataSet, IActorRef actor) => _fetches[dataSet] = actor;

    internal void RemoveFetch(string dataSet, IActorRef actor) => _fetches.TryRemove(new KeyValuePair<string, IActorRef>(dataSet, actor));

    /// <summary>Whether the endpoint is this node.</summary>
    internal bool IsHere(DataEndpoint endpoint) => endpoint.Node == Endpoint.Node;

    /// <summary>Keeps a node connected until the result is disposed; null for this node and for one without a usable address.</summary>
    internal IDisposable? Connect(DataEndpoint endpoint)
    {
        if (_transport is null || IsHere(endpoint) || !WireText.IsValid(endpoint.Node)) return null;
        var addresses = new List<TensorAddress>();
        foreach (var text in endpoint.Addresses)
            if (TensorAddress.TryParse(text, out var address)) addresses.Add(address);
        return addresses.Count > 0 ? _transport.KeepConnected(new TensorEndpoint(new PeerId(endpoint.Node), addresses)) : null;
    }

    /// <summary>Whether a node is reachable for tensors.</summary>
    internal bool IsConnected(string node) => node == Endpoint.Node || _transport?.IsConnected(new PeerId(node)) == true;

    /// <summary>Whether connected processes on this machine exchange tensors through shared memory.</summary>
    internal bool HasPeersHere => _transport?.SharesMemoryNow == true;

    /// <summary>The calling thread promises to poll for tensors from peers on this machine, so they need not wake a thread.</summary>
    internal void BeginPolling() => _transport?.BeginPolling();

    /// <summary>Ends polling with a final check.</summary>
    internal void EndPolling() => _transport?.EndPolling();

    /// <summary>Delivers tensors left by peers on this machine; returns whether there were any.</summary>
    internal bool Poll() => _transport?.Poll() == true;

    /// <summary>Sends a gradient to another node. Its lease is disposed once sent, or immediately if it cannot be sent.</summary>
    internal void Send(string node, PushGradient gradient)
    {
        if (_transport?.TrySend(new PeerId(node), gradient, gradient.Lease) != true) gradient.Lease?.Dispose();
    }

    /// <summary>
    /// Sends weights to a worker on another node. <paramref name="inUse"/> is disposed once sent, or immediately if they cannot be sent.
    /// </summary>
    internal void Send(string node, WorkerId worker, WeightsUpdated weights, IDisposable inUse)
    {
        if (_transport?.TrySend(new PeerId(node), worker, weights, inUse) != true) inUse.Dispose();
    }

    /// <summary>
    /// Sends a chunk of a data set to another node. <paramref name="inUse"/> is disposed likewise. Returns false when it was not accepted.
    /// </summary>
    internal bool Send(string node, DataChunk chunk, IDisposable inUse)
    {
        if (_transport?.TrySend(new PeerId(node), chunk, inUse) == true) return true;
        inUse.Dispose();
        return false;
    }

    string? ITensorReceiver.OnGradient(PeerId from, PushGradient gradient)
    {
        if (_blocks.TryGetValue((gradient.Job, gradient.Block), out var block)) block.Tell(new GradientArrived(from.Value, gradient), ActorRefs.NoSender);
        else if (_jobs.ContainsKey(gradient.Job)) gradient.Lease?.Dispose(); // the block has moved, or its job is over
        else return $"a gradient for the job {gradient.Job}, which this node has never heard of";
        return null;
    }

    string? ITensorReceiver.OnWeights(PeerId from, WorkerId to, WeightsUpdated weights)
    {
        if (_workers.TryGetValue((weights.Job, to), out var worker)) worker.Tell(new WeightsArrived(from.Value, weights), ActorRefs.NoSender);
        else if (_jobs.ContainsKey(weights.Job)) weights.Lease?.Dispose();
        else return $"weights of the job {weights.Job}, which this node has never heard of";
        return null;
    }

    string? ITensorReceiver.OnChunk(PeerId from, DataChunk chunk)
    {
        if (_fetches.TryGetValue(chunk.DataSet, out var fetch)) fetch.Tell(new ChunkArrived(from.Value, chunk), ActorRefs.NoSender);
        else chunk.Lease?.Dispose(); // the fetch is over
        return null;
    }

    void ITensorReceiver.OnPeerConnected(PeerId peer) => TellAll(new PeerConnected(peer.Value));

    void ITensorReceiver.OnPeerLost(PeerId peer, string reason) => TellAll(new PeerLost(peer.Value, reason));

    private void TellAll(object message)
    {
        foreach (var block in _blocks.Values) block.Tell(message, ActorRefs.NoSender);
        foreach (var worker in _workers.Values) worker.Tell(message, ActorRefs.NoSender);
        foreach (var fetch in _fetches.Values) fetch.Tell(message, ActorRefs.NoSender);
    }

    private void Remember(JobId job)
    {
        if (_jobs.Count >= RememberedJobs) _jobs.Clear(); // jobs in progress return with their next block or worker
        _jobs[job] = 0;
    }
}
