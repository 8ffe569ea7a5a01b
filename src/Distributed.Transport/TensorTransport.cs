using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Buffers;
using Distributed.Transport.Connections;
using Distributed.Transport.Handshakes;
using Distributed.Transport.Messages;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;
using Distributed.Transport.SharedMemory;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Transport;

/// <summary>
/// A node's end of the tensor data plane: carries gradients and weights between nodes over plain sockets, beside the actors.
/// <list type="bullet">
/// <item>Each pair of nodes has one connection for both directions. Either side may dial; when both do, the node with the lesser name (in
/// ordinal order) decides which connection counts.</item>
/// <item>A connection has two threads with blocking calls. Values move between the kernel and the tensors' memory without a copy.</item>
/// <item>Processes of one machine exchange values through shared memory: written on the sending thread and, while a thread polls
/// (<see cref="BeginPolling"/>), received on the thread that needs them, so no other thread is woken.</item>
/// <item>Messages are taken only while the peer is connected. A lost connection drops its queue; the rules of the step send again.</item>
/// <item>Messages to this node itself are passed by reference on the caller's thread, without a socket.</item>
/// </list>
/// Thread-safe.
/// </summary>
public sealed class TensorTransport : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly TransportParts _parts;
    private readonly PeerTable _peers;
    private readonly ConnectionMaker _maker;
    private readonly ConnectionThreads _threads;
    private readonly ConnectionBound _inbound;
    private readonly RefusalLog _refusals;
    private readonly WantedPeers _wanted;
    private readonly List<Listener> _listeners = [];
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Creates a node's end, which neither listens nor dials yet.</summary>
    /// <exception cref="ArgumentException">The options are invalid.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine is big-endian: values travel as they lie in memory.</exception>
    public TensorTransport(TransportOptions options, ITensorReceiver receiver, ILogger<TensorTransport>? logger = null)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("The data plane needs a little-endian machine.");
        if (options.Validate() is { } reason) throw new ArgumentException(reason, nameof(options));
        ILogger log = logger ?? NullLogger<TensorTransport>.Instance;
        _parts = new TransportParts(
            options, receiver, new TensorBufferPool(options.ReceiveMemoryBytes), new TransportMeter(options.Self), new Polling(), log);
        _peers = new PeerTable(options.Self);
        _threads = new ConnectionThreads(log);
        _inbound = new ConnectionBound(options.MaximumInbound, options.MaximumInbound, options.MaximumHandshakes);
        _refusals = new RefusalLog(log, TimeProvider.System);
        var incarnation = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var sharesMemory = options.SharesMemory && SharedSegment.IsSupported;
        _maker = new ConnectionMaker(_parts, _peers, new Handshake(options.Self, options.Cluster, options.Secret, incarnation, sharesMemory));
        _wanted = new WantedPeers(_maker, _peers, _parts, _threads);
    }

    /// <summary>This node's name.</summary>
    public PeerId Self => _parts.Options.Self;

    /// <summary>Bytes of received values that are still leased.</summary>
    public long LeasedBytes => _parts.Pool.LeasedBytes;

    internal TensorBufferPool Pool => _parts.Pool;

    /// <summary>Starts to accept connections at an address. Returns the address, with the chosen port when it was 0.</summary>
    /// <exception cref="SocketException">The address is in use, or not of this host.</exception>
    public TensorAddress Listen(TensorAddress address)
    {
        var listener = new Listener(address, _parts);
        lock (_listeners)
        {
            if (_stopped.IsCancellationRequested)
            {
                listener.Dispose();
                throw new ObjectDisposedException(nameof(TensorTransport));
            }
            _listeners.Add(listener);
        }
        _threads.Start($"tensors at {listener.Address}", () => listener.Run(Answer));
        return listener.Address;
    }

    /// <summary>
    /// Keeps a peer connected, redialling with growing pauses, until the returned interest is disposed. Disposing the last interest closes the
    /// connection. A new endpoint of the same peer takes effect at the next dial.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The transport is stopped.</exception>
    public IDisposable KeepConnected(TensorEndpoint endpoint)
    {
        if (endpoint.Peer == Self) throw new ArgumentException("A node needs no connection to itself.", nameof(endpoint));
        if (endpoint.Addresses.Count == 0) throw new ArgumentException($"{endpoint.Peer} has no address.", nameof(endpoint));
        return _wanted.Add(endpoint) ?? throw new ObjectDisposedException(nameof(TensorTransport));
    }

    /// <summary>Whether a peer is connected. Always true for this node itself.</summary>
    public bool IsConnected(PeerId peer) => peer == Self || _peers.Find(peer) is { IsOpen: true };

    /// <summary>Traffic of the present connection with a peer; null when there is none.</summary>
    public PeerTraffic? GetTraffic(PeerId peer) => _peers.Find(peer)?.Traffic;

    /// <summary>Why the last dial of a peer failed; null while it is connected or not to be kept connected.</summary>
    public string? GetDialFailure(PeerId peer) => _wanted.GetFailure(peer);

    /// <summary>
    /// Queues a gradient for a peer. The values are read until <paramref name="inUse"/> is disposed: exactly once, on any thread, when the bytes
    /// have left or the connection is lost. The message's own lease is not used. Sending a gradient that already waits only disposes
    /// <paramref name="inUse"/>.
    /// </summary>
    /// <returns>
    /// True when it was taken. False when the peer is not connected or its queue is full: <paramref name="inUse"/> is then not disposed, and the
    /// block asks for the node when it misses it.
    /// </returns>
    /// <exception cref="ArgumentException">Every receiver refuses such a message.</exception>
    public bool TrySend(PeerId peer, PushGradient gradient, IDisposable? inUse = null)
    {
        OutgoingRules.Check(gradient, _parts.Options.Limits);
        if (peer != Self) return _peers.Find(peer)?.TrySend(new OutgoingGradient(gradient, inUse)) ?? false;
        Settle(_parts.Receiver.OnGradient(Self, gradient with { Lease = inUse }), inUse);
        return true;
    }

    /// <summary>
    /// Queues weights for a worker of a peer, as <see cref="TrySend(PeerId, PushGradient, IDisposable?)"/> does. When more than
    /// <see cref="TransportOptions.QueuedWeightVersions"/> versions wait for the same worker, the oldest is discarded and its lease disposed.
    /// </summary>
    /// <returns>The same; a full queue takes weights only in place of older ones.</returns>
    /// <exception cref="ArgumentException">Every receiver refuses such a message.</exception>
    public bool TrySend(PeerId peer, WorkerId to, WeightsUpdated weights, IDisposable? inUse = null)
    {
        OutgoingRules.Check(to, weights, _parts.Options.Limits);
        if (peer != Self) return _peers.Find(peer)?.TrySend(new OutgoingWeights(to, weights, inUse)) ?? false;
        Settle(_parts.Receiver.OnWeights(Self, to, weights with { Lease = inUse }), inUse);
        return true;
    }

    /// <summary>Queues a piece of a data set for a peer, as <see cref="TrySend(PeerId, PushGradient, IDisposable?)"/> does.</summary>
    /// <exception cref="ArgumentException">Every receiver refuses such a message.</exception>
    public bool TrySend(PeerId peer, DataChunk chunk, IDisposable? inUse = null)
    {
        OutgoingRules.Check(chunk, _parts.Options.Limits);
        if (peer != Self) return _peers.Find(peer)?.TrySend(new OutgoingChunk(chunk, inUse)) ?? false;
        Settle(_parts.Receiver.OnChunk(Self, chunk with { Lease = inUse }), inUse);
        return true;
    }

    /// <summary>Whether a peer is connected through shared memory.</summary>
    public bool SharesMemoryNow => _parts.Polling.HasConnections;

    /// <summary>
    /// Announces that the calling thread calls <see cref="Poll"/> often: peers that share memory with this node then wake no thread. Pair each call
    /// with <see cref="EndPolling"/>.
    /// </summary>
    public void BeginPolling() => _parts.Polling.Begin();

    /// <summary>Polls a last time and withdraws the announcement of <see cref="BeginPolling"/>.</summary>
    public void EndPolling() => _parts.Polling.End();

    /// <summary>Calls the receiver, on the calling thread, with what peers have put into shared memory; whether there was anything.</summary>
    public bool Poll() => _parts.Polling.Poll();

    /// <summary>Waits until the kernel has everything queued, before a node leaves. False when the limit passes first.</summary>
    public Task<bool> DrainAsync(TimeSpan limit) => Task.Run(() =>
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        return _peers.All.All(c => c.WaitUntilSent(TimeSpan.FromMilliseconds(Math.Max(0, until - Environment.TickCount64))));
    });

    /// <summary>Stops listening and dialling, closes all connections and waits for their threads (at most 5 s).</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_listeners)
        {
            if (_stopped.IsCancellationRequested) return;
            _stopped.Cancel();
        }
        _wanted.Stop();
        foreach (var listener in _listeners) listener.Dispose();
        _peers.Stop("this node is about to stop");
        var left = await Task.Run(() => _threads.JoinAll(StopLimit)).ConfigureAwait(false);
        if (left > 0) _parts.Logger.LogWarning("{Count} threads of the data plane have not ended in time", left);
        _parts.Meter.Dispose();
    }

    private void Settle(string? refusal, IDisposable? inUse)
    {
        if (refusal is null) return;
        _parts.Logger.LogWarning("A message of this node to itself was refused: {Reason}", refusal);
        inUse?.Dispose();
    }

    private void Answer(Socket socket)
    {
        var givenUp = new CancellationTokenSource(); // holds no handle and no timer; another thread may still cancel it at the end
        if (_inbound.TryEnter(SourceOf(socket), givenUp.Cancel) is not { } place)
        {
            _refusals.Note("there are too many");
            socket.Dispose();
            return;
        }
        _threads.Start("tensors from a new peer", () =>
        {
            using (place)
            {
                var failure = _maker.Answer(socket, place.BeginWork, givenUp.Token, _stopped.Token);
                if (failure is null || _stopped.IsCancellationRequested) return;
                _parts.Meter.Fault();
                _refusals.Note(failure);
            }
        });
    }

    private static string SourceOf(Socket socket)
    {
        try
        {
            return ConnectionBound.SourceOf((socket.RemoteEndPoint as IPEndPoint)?.Address);
        }
        catch (SocketException)
        {
            return ""; // the peer has gone already
        }
    }
}
