using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Channels;
using Distributed.Transport.Frames;
using Distributed.Transport.Messages;
using Distributed.Transport.Peers;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>
/// The receiving half of a connection: decodes frames and hands the messages to the node's receiver, on the reading thread or, over shared
/// memory, on a thread that polls.
/// </summary>
/// <param name="peer">The other side.</param>
/// <param name="parts">What the node's connections share.</param>
/// <param name="traffic">Counts what arrives.</param>
/// <param name="close">Closes the connection with a reason.</param>
/// <param name="closed">Cancelled when the connection is closed.</param>
internal sealed class ConnectionReceiver(
    PeerId peer, TransportParts parts, ConnectionTraffic traffic, Action<string> close, CancellationToken closed) : IIncoming
{
    private readonly object _reading = new(); // a monitor: held while a frame is received and delivered
    private ByteChannel? _channel; // set by Open
    private FrameReader? _reader; // under _reading

    /// <summary>Makes the receiver ready for <see cref="Run"/> and <see cref="Poll"/>.</summary>
    public void Open(ByteChannel channel)
    {
        _channel = channel;
        _reader = new FrameReader(channel, parts.Pool, parts.Options.Limits, parts.Options.StallLimit, closed);
    }

    /// <summary>Receives until the connection is closed, on the calling thread.</summary>
    public void Run()
    {
        bool goesOn;
        do
        {
            var isThere = _channel!.Shared?.WaitForSomething() ?? true;
            lock (_reading) goesOn = (isThere && _channel.Shared is { IsEmpty: true }) || ReadOne(); // a polling thread may have taken it
        }
        while (goesOn);
    }

    /// <summary>Receives the posts that are there, on the calling thread; whether there were any.</summary>
    public bool Poll()
    {
        var any = false;
        if (_channel!.Shared is not { } shared) return any;
        bool isStuck;
        do
        {
            // The thread that holds the monitor looks once more after it has let go.
            if (shared.IsEmpty || !Monitor.TryEnter(_reading)) return any;
            try
            {
                while (true)
                {
                    if (closed.IsCancellationRequested) return any;
                    isStuck = false;
                    if (shared.IsEmpty) break;
                    isStuck = !shared.IsPostNext; // a stream: the reading thread was called
                    if (isStuck) break;
                    any = true;
                    if (!ReadOne()) return any;
                }
            }
            finally
            {
                Monitor.Exit(_reading);
            }
        }
        while (!isStuck);
        return any;
    }

    /// <summary>Tells the peer not to ring: a thread of this process polls. See <see cref="Polling"/>.</summary>
    public void SilenceBell()
    {
        if (_channel!.Shared is not { } shared || !Monitor.TryEnter(_reading)) return; // in the middle of a stream: its reader needs the bell
        shared.SilenceBell();
        Monitor.Exit(_reading);
    }

    /// <summary>Tells the peer to ring again.</summary>
    public void ArmBell() => _channel!.Shared?.ArmBell();

    string? IIncoming.OnGradient(PushGradient gradient)
    {
        traffic.Received(FrameKind.PushGradient, _reader!.BytesRead);
        return parts.Receiver.OnGradient(peer, gradient);
    }

    string? IIncoming.OnWeights(WorkerId to, WeightsUpdated weights)
    {
        traffic.Received(FrameKind.WeightsUpdated, _reader!.BytesRead);
        return parts.Receiver.OnWeights(peer, to, weights);
    }

    string? IIncoming.OnChunk(DataChunk chunk)
    {
        traffic.Received(FrameKind.DataChunk, _reader!.BytesRead);
        return parts.Receiver.OnChunk(peer, chunk);
    }

    /// <summary>Receives one message and delivers it; false when the connection is closed.</summary>
    private bool ReadOne()
    {
        try
        {
            if (_reader!.Next(this) is not { } reason) return true;
            if (!_reader.EndedBetweenFrames && !closed.IsCancellationRequested)
            {
                parts.Meter.Fault();
                parts.Logger.LogWarning("Closing the connection with {Peer}: {Reason}", peer, reason);
            }
            close(reason);
        }
        catch (Exception e)
        {
            // The receiver threw, or an invariant is broken: this connection ends, the node does not.
            parts.Logger.LogError(e, "Receiving from {Peer} failed", peer);
            close($"receiving failed: {e.Message}");
        }
        return false;
    }
}
