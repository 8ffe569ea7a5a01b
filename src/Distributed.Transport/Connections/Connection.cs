using System.Diagnostics.CodeAnalysis;
using Distributed.Transport.Channels;
using Distributed.Transport.Messages;
using Distributed.Transport.Peers;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>
/// One authenticated connection: the thread that made it receives (and calls the node's receiver), a second one sends. Any thread that finds it
/// broken closes it; both halves stop, the queue is released, and the node's receiver learns of it last, from the reading thread.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source holds no handle and no timer; other threads may still read it at the end.")]
internal sealed class Connection
{
    private readonly TransportParts _parts;
    private readonly ConnectionTraffic _traffic;
    private readonly ConnectionSender _sender;
    private readonly ConnectionReceiver _receiver;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ByteChannel _channel;
    private Connection? _predecessor;
    private bool _open;

    public Connection(PeerId peer, ulong incarnation, ByteChannel channel, TransportParts parts)
    {
        (Peer, Incarnation, _channel, _parts) = (peer, incarnation, channel, parts);
        _traffic = new ConnectionTraffic(peer, parts.Meter);
        _sender = new ConnectionSender(peer, parts, _traffic, Close);
        _receiver = new ConnectionReceiver(peer, parts, _traffic, Close, _closed.Token);
    }

    public PeerId Peer { get; }

    /// <summary>The peer's start, see <c>Hello</c>.</summary>
    public ulong Incarnation { get; }

    /// <summary>Whether messages can be sent.</summary>
    public bool IsOpen => Volatile.Read(ref _open) && !IsClosing;

    /// <summary>Whether it is broken, although its threads may still run.</summary>
    public bool IsClosing => _closed.IsCancellationRequested;

    public PeerTraffic Traffic => _traffic.Current;

    /// <summary>Replaces the channel by one above it; before <see cref="Run"/>.</summary>
    public void Use(ByteChannel above) => _channel = above;

    /// <summary>Makes <see cref="Run"/> wait until the receiver has heard the last of the pair's previous connection.</summary>
    public void Follow(Connection? predecessor) => _predecessor = predecessor;

    public bool TrySend(in OutgoingGradient gradient) => IsOpen && _sender.TrySend(gradient);

    public bool TrySend(in OutgoingWeights weights) => IsOpen && _sender.TrySend(weights);

    public bool TrySend(in OutgoingChunk chunk) => IsOpen && _sender.TrySend(chunk);

    /// <inheritdoc cref="ConnectionReceiver.SilenceBell"/>
    public void SilenceBell() => _receiver.SilenceBell();

    /// <inheritdoc cref="ConnectionReceiver.ArmBell"/>
    public void ArmBell() => _receiver.ArmBell();

    /// <inheritdoc cref="ConnectionReceiver.Poll"/>
    public bool Poll() => _receiver.Poll();

    public bool WaitUntilSent(TimeSpan limit) => _sender.WaitUntilSent(limit);

    /// <summary>Waits until the connection is over.</summary>
    public void WaitForEnd(CancellationToken cancelled) => _ended.Task.Wait(cancelled);

    /// <summary>Ends the connection; the first reason stays. Any thread.</summary>
    public void Close(string reason)
    {
        _channel.Close(reason);
        _sender.Close();
        _closed.Cancel();
    }

    /// <summary>Ends a connection that was admitted but whose hand-shake failed afterwards.</summary>
    public void Abandon(string reason)
    {
        Close(reason);
        _ended.TrySetResult();
    }

    /// <summary>Carries messages until the connection ends. The calling thread receives.</summary>
    public void Run()
    {
        if (_predecessor is { } before && !before._ended.Task.Wait(_parts.Options.StallLimit)) Close("the connection before this one does not end");
        _predecessor = null;
        _receiver.Open(_channel);
        _sender.Start(_channel);
        Volatile.Write(ref _open, true);
        _parts.Meter.Connected(1);
        Tell(r => r.OnPeerConnected(Peer));
        if (_channel.Shared is not null) _parts.Polling.Add(this); // not before the receiver knows the peer
        _receiver.Run();
        _parts.Polling.Remove(this);
        _sender.Join();
        _channel.Free();
        _parts.Meter.Connected(-1);
        _parts.Logger.LogInformation("The connection with {Peer} is closed: {Reason}", Peer, _channel.EndReason);
        Tell(r => r.OnPeerLost(Peer, _channel.EndReason));
        _ended.TrySetResult();
    }

    private void Tell(Action<ITensorReceiver> what)
    {
        try
        {
            what(_parts.Receiver);
        }
        catch (Exception e)
        {
            _parts.Logger.LogError(e, "The receiver failed at a connection with {Peer}", Peer);
        }
    }
}
