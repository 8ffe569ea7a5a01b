using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport;

/// <summary>
/// One authenticated connection: the thread that made it reads (and calls the receiver), a second one writes. Whoever finds it broken closes
/// it; both threads leave, the queue is released, and the receiver hears of it from the reading thread, last.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source holds no handle and no timer; others may still look at it at the end.")]
internal sealed class Connection(PeerId peer, ulong incarnation, ByteChannel channel, TransportParts parts)
{
    private readonly SendQueue _queue = new(parts.Options.QueuedFrames, parts.Options.QueuedWeightVersions);
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Connection? _predecessor;
    private bool _open;
    private long _bytesSent, _framesSent, _bytesReceived, _framesReceived;

    public PeerId Peer { get; } = peer;

    /// <summary>The peer's start, see <see cref="Hello"/>.</summary>
    public ulong Incarnation { get; } = incarnation;

    /// <summary>Frames can be sent.</summary>
    public bool IsOpen => Volatile.Read(ref _open) && !IsClosing;

    /// <summary>Broken, although its threads may not have left yet.</summary>
    public bool IsClosing => _closed.IsCancellationRequested;

    public PeerTraffic Traffic => new(
        Volatile.Read(ref _bytesSent), Volatile.Read(ref _framesSent), Volatile.Read(ref _bytesReceived), Volatile.Read(ref _framesReceived));

    /// <summary>Carries frames through another channel above the first one; before <see cref="Run"/>.</summary>
    public void Use(ByteChannel above) => channel = above;

    /// <summary>Takes the place of another connection of the same pair: waits until the receiver has heard the last of that one.</summary>
    public void Follow(Connection? predecessor) => _predecessor = predecessor;

    public bool TrySend(in OutgoingFrame frame) => IsOpen && _queue.TryAdd(frame);

    public bool WaitUntilSent(TimeSpan limit) => _queue.WaitUntilEmpty(limit);

    /// <summary>Waits until the connection is over.</summary>
    public void WaitForEnd(CancellationToken cancelled) => _ended.Task.Wait(cancelled);

    /// <summary>Ends the connection; the first reason stays. From any thread.</summary>
    public void Close(string reason)
    {
        channel.Close(reason);
        _queue.Close();
        _closed.Cancel();
    }

    /// <summary>A connection that was admitted but whose hand-shake failed afterwards.</summary>
    public void Abandon(string reason)
    {
        Close(reason);
        _ended.TrySetResult();
    }

    /// <summary>Carries frames until the connection ends. The calling thread reads.</summary>
    public void Run()
    {
        if (_predecessor is { } before && !before._ended.Task.Wait(parts.Options.StallLimit)) Close("the connection before this one does not end");
        _predecessor = null;
        Volatile.Write(ref _open, true);
        var writer = new Thread(Write, ConnectionThreads.StackBytes) { IsBackground = true, Name = $"tensors to {Peer}" };
        writer.Start();
        parts.Meter.Connected(1);
        Tell(r => r.OnPeerConnected(Peer));
        try
        {
            Read();
        }
        catch (Exception e)
        {
            // The receiver's code, or a broken invariant: this connection ends, the node does not.
            parts.Logger.LogError(e, "Receiving from {Peer} failed", Peer);
            Close($"receiving failed: {e.Message}");
        }
        writer.Join();
        channel.Free();
        parts.Meter.Connected(-1);
        parts.Logger.LogInformation("The connection with {Peer} is closed: {Reason}", Peer, channel.EndReason);
        Tell(r => r.OnPeerLost(Peer, channel.EndReason));
        _ended.TrySetResult();
    }

    private void Read()
    {
        var reader = new FrameReader(
            channel, parts.Pool, parts.Options.Limits, parts.Options.StallLimit, _closed.Token);
        long before = 0;
        while (true)
        {
            var reason = reader.Next(out var frame);
            if (reason is null)
            {
                Count(frame, reader.BytesRead - before);
                before = reader.BytesRead;
                reason = Deliver(frame);
                if (reason is null) continue;
                frame.Lease.Dispose();
            }
            if (!reader.EndedBetweenFrames && !IsClosing)
            {
                parts.Meter.Fault();
                parts.Logger.LogWarning("Closing the connection with {Peer}: {Reason}", Peer, reason);
            }
            Close(reason);
            return;
        }
    }

    private string? Deliver(in IncomingFrame frame) =>
        frame.Gradient is { } gradient ? parts.Receiver.OnGradient(Peer, gradient)
        : frame.Chunk is { } chunk ? parts.Receiver.OnChunk(Peer, chunk)
        : parts.Receiver.OnWeights(Peer, frame.To, frame.Weights!);

    private void Write()
    {
        try
        {
            var writer = new FrameWriter(channel, parts.Options.MaximumPayloadBytes);
            long before = 0, superseded = 0;
            while (_queue.Take(out var frame))
            {
                var began = Stopwatch.GetTimestamp();
                var sent = frame.Gradient is { } gradient ? writer.Write(gradient)
                    : frame.Chunk is { } chunk ? writer.Write(chunk)
                    : writer.Write(frame.To, frame.Weights!);
                // Counted before the lease, so that whoever waits for the lease finds it counted.
                if (sent) Count(frame, writer.BytesWritten - before, Stopwatch.GetElapsedTime(began));
                before = writer.BytesWritten;
                frame.InUse?.Dispose();
                parts.Meter.Superseded(Peer.Value, _queue.Superseded - superseded);
                superseded = _queue.Superseded;
                _queue.Written();
                if (!sent) break;
            }
            Close(channel.EndReason);
        }
        catch (Exception e)
        {
            // An owner's lease, or a broken invariant.
            parts.Logger.LogError(e, "Sending to {Peer} failed", Peer);
            Close($"sending failed: {e.Message}");
        }
    }

    private void Count(in OutgoingFrame frame, long bytes, TimeSpan took)
    {
        Volatile.Write(ref _bytesSent, _bytesSent + bytes);
        Volatile.Write(ref _framesSent, _framesSent + 1);
        parts.Meter.Sent(Peer.Value, frame.Kind, bytes, took);
    }

    private void Count(in IncomingFrame frame, long bytes)
    {
        Volatile.Write(ref _bytesReceived, _bytesReceived + bytes);
        Volatile.Write(ref _framesReceived, _framesReceived + 1);
        parts.Meter.Received(Peer.Value, frame.Gradient is not null ? FrameKindTag.Gradient : frame.Chunk is not null ? FrameKindTag.Data : FrameKindTag.Weights, bytes);
    }

    private void Tell(Action<ITensorReceiver> what)
    {
        try
        {
            what(parts.Receiver);
        }
        catch (Exception e)
        {
            parts.Logger.LogError(e, "The receiver failed at a connection with {Peer}", Peer);
        }
    }
}
