using System.Net.Sockets;
using System.Security.Cryptography;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Buffers;
using Distributed.Transport.Connections;
using Distributed.Transport.Frames;
using Distributed.Transport.Handshakes;
using Distributed.Transport.Peers;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Transport;

/// <summary>
/// A node's end of the tensor data plane: gradients and weights between nodes over plain sockets, beside the actors.
/// <list type="bullet">
/// <item>One connection for each pair of nodes, for both directions; either side may dial, and when both do, the node with the lesser name (in
/// ordinal order) decides which one counts.</item>
/// <item>Two threads a connection with blocking calls; the values go between the kernel and the tensors' memory.</item>
/// <item>Between processes of one machine the values go through memory that they share, on the thread that sends them and, while one looks for
/// them (<see cref="BeginPolling"/>), on the thread that needs them: then no other thread is woken.</item>
/// <item>A peer is sent to only while it is connected. What was queued at a loss is dropped; the rules of the step send again.</item>
/// <item>To this node itself: by reference, on the caller's thread, without a socket.</item>
/// </list>
/// All members may be called from any thread.
/// </summary>
public sealed class TensorTransport : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly TransportParts _parts;
    private readonly PeerTable _peers;
    private readonly ConnectionMaker _maker;
    private readonly ConnectionThreads _threads;
    private readonly InboundBound _inbound;
    private readonly WantedPeers _wanted;
    private readonly List<Listener> _listeners = [];
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Makes a node's end; it neither listens nor dials yet.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine is big-endian: values could not travel as they lie in memory.</exception>
    public TensorTransport(TransportOptions options, ITensorReceiver receiver, ILogger<TensorTransport>? logger = null)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("The data plane needs a little-endian machine.");
        if (options.Validate() is { } reason) throw new ArgumentException(reason, nameof(options));
        ILogger log = logger ?? NullLogger<TensorTransport>.Instance;
        _parts = new TransportParts(
            options, receiver, new TensorBufferPool(options.ReceiveMemoryBytes), new TransportMeter(options.Self), new Polling(), log);
        _peers = new PeerTable(options.Self);
        _threads = new ConnectionThreads(log);
        _inbound = new InboundBound(options.MaximumInbound, options.MaximumHandshakes);
        var incarnation = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _maker = new ConnectionMaker(_parts, _peers, new Handshake(options.Self, options.Cluster, options.Secret, incarnation, options.SharesMemory));
        _wanted = new WantedPeers(_maker, _peers, _parts, _threads);
    }

    /// <summary>This node's name.</summary>
    public PeerId Self => _parts.Options.Self;

    /// <summary>Received values that were not given back yet, in bytes.</summary>
    public long LeasedBytes => _parts.Pool.LeasedBytes;

    internal TensorBufferPool Pool => _parts.Pool;

    /// <summary>Accepts connections at an address from now on. Returns it with the port that the system chose, if it was 0.</summary>
    /// <exception cref="SocketException">The address is taken or not of this host.</exception>
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
    /// Keeps a peer connected, dialling again with growing pauses, until the returned interest is disposed; the last interest in a peer closes
    /// its connection. A new endpoint of the same peer replaces the old one from the next dial on.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The transport is stopped.</exception>
    public IDisposable KeepConnected(TensorEndpoint endpoint)
    {
        if (endpoint.Peer == Self) throw new ArgumentException("A node needs no connection to itself.", nameof(endpoint));
        if (endpoint.Addresses.Count == 0) throw new ArgumentException($"{endpoint.Peer} has no address.", nameof(endpoint));
        return _wanted.Add(endpoint);
    }

    /// <summary>Whether frames can be sent to a peer at the moment. Always true for this node itself.</summary>
    public bool IsConnected(PeerId peer) => peer == Self || _peers.Find(peer) is { IsOpen: true };

    /// <summary>What the present connection with a peer has carried; null when there is none.</summary>
    public PeerTraffic? GetTraffic(PeerId peer) => _peers.Find(peer)?.Traffic;

    /// <summary>Why the last dial of a wanted peer failed; null when it is connected, or not wanted.</summary>
    public string? GetDialFailure(PeerId peer) => _wanted.GetFailure(peer);

    /// <summary>
    /// Queues a gradient for a peer. The values are read until <paramref name="inUse"/> is disposed, which happens exactly once, on any thread,
    /// when the bytes have left or the connection is lost; the message's own lease is not touched. Asked again for a gradient that still waits,
    /// it only disposes <paramref name="inUse"/>.
    /// </summary>
    /// <returns>
    /// True when it was taken. False when the peer is not connected or its queue is full: then nothing was taken, <paramref name="inUse"/> is
    /// not disposed, and the block will ask for the node when it misses it.
    /// </returns>
    /// <exception cref="ArgumentException">No receiver would take such a frame.</exception>
    public bool TrySend(PeerId peer, PushGradient gradient, IDisposable? inUse = null)
    {
        OutgoingRules.Check(gradient, _parts.Options);
        if (peer != Self) return _peers.Find(peer)?.TrySend(new OutgoingFrame(gradient, null, default, inUse)) ?? false;
        Settle(_parts.Receiver.OnGradient(Self, gradient with { Lease = inUse }), inUse);
        return true;
    }

    /// <summary>
    /// Queues weights for a worker of a peer, as <see cref="TrySend(PeerId, PushGradient, IDisposable?)"/> does. When more than
    /// <see cref="TransportOptions.QueuedWeightVersions"/> versions wait for the same worker, the oldest is discarded and its lease disposed.
    /// </summary>
    /// <returns>As there; at a full queue weights are taken only in the place of older ones.</returns>
    /// <exception cref="ArgumentException">No receiver would take such a frame.</exception>
    public bool TrySend(PeerId peer, WorkerId to, WeightsUpdated weights, IDisposable? inUse = null)
    {
        OutgoingRules.Check(to, weights, _parts.Options);
        if (peer != Self) return _peers.Find(peer)?.TrySend(new OutgoingFrame(null, weights, to, inUse)) ?? false;
        Settle(_parts.Receiver.OnWeights(Self, to, weights with { Lease = inUse }), inUse);
        return true;
    }

    /// <summary>Queues a piece of a data set for a peer, as <see cref="TrySend(PeerId, PushGradient, IDisposable?)"/> does.</summary>
    /// <exception cref="ArgumentException">No receiver would take such a frame.</exception>
    public bool TrySend(PeerId peer, DataChunk chunk, IDisposable? inUse = null)
    {
        OutgoingRules.Check(chunk, _parts.Options);
        if (peer != Self) return _peers.Find(peer)?.TrySend(new OutgoingFrame(null, null, default, inUse, chunk)) ?? false;
        Settle(_parts.Receiver.OnChunk(Self, chunk with { Lease = inUse }), inUse);
        return true;
    }

    /// <summary>Whether a peer is connected through shared memory.</summary>
    public bool SharesMemoryNow => _parts.Polling.HasConnections;

    /// <summary>
    /// The calling thread promises to <see cref="Poll"/> again before long: peers that share memory with this node need not wake anybody when they
    /// leave something there. Until <see cref="EndPolling"/>, as often as it was begun.
    /// </summary>
    public void BeginPolling() => _parts.Polling.Begin();

    /// <summary>The calling thread polls a last time and promises nothing more.</summary>
    public void EndPolling() => _parts.Polling.End();

    /// <summary>Calls the receiver, on the calling thread, with what peers have left in shared memory; whether there was anything.</summary>
    public bool Poll() => _parts.Polling.Poll();

    /// <summary>Waits until everything queued was handed to the kernel: before a node leaves. False when the limit passed first.</summary>
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
        if (!_inbound.TryEnter())
        {
            _parts.Logger.LogWarning("A connection was closed at once: there are too many");
            socket.Dispose();
            return;
        }
        _threads.Start("tensors from a new peer", () =>
        {
            var proven = false;
            try
            {
                var failure = _maker.Answer(socket, () => { proven = true; _inbound.Prove(); }, _stopped.Token);
                if (failure is null || _stopped.IsCancellationRequested) return;
                _parts.Meter.Fault();
                _parts.Logger.LogWarning("A connection was refused: {Reason}", failure);
            }
            finally
            {
                _inbound.Leave(proven);
            }
        });
    }
}
