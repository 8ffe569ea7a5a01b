using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Distributed.Transport.Channels;
using Distributed.Transport.Frames;
using Distributed.Transport.Peers;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>
/// One authenticated connection: the thread that made it reads (and calls the receiver), a second one writes. Whoever finds it broken closes
/// it; both threads leave, the queue is released, and the receiver hears of it from the reading thread, last. Over shared memory any thread
/// writes what it sends as long as nothing waits, and reads what it looks for.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source holds no handle and no timer; others may still look at it at the end.")]
internal sealed class Connection(PeerId peer, ulong incarnation, ByteChannel channel, TransportParts parts)
{
    private readonly SendQueue _queue = new(parts.Options.QueuedFrames, parts.Options.QueuedWeightVersions);
    private readonly object _reading = new(); // a monitor: held by whoever receives a frame and hands it over
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Connection? _predecessor;
    private FrameReader? _reader; // from Run on; under _reading
    private FrameWriter? _writer; // from Run on; whoever the queue lets write
    private long _superseded, _readBefore;
    private bool _open;
    private long _bytesSent, _framesSent, _bytesReceived, _framesReceived;

    public PeerId Peer { get; } = peer;

    /// <summary>The peer's start, see <c>Hello</c>.</summary>
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

    public bool TrySend(in OutgoingFrame frame) => IsOpen && (TryPost(frame) || _queue.TryAdd(frame));

    /// <summary>Tells the peer not to ring: a thread of this process looks. See <see cref="Polling"/>.</summary>
    public void SilenceBell()
    {
        if (channel.Shared is not { } shared || !Monitor.TryEnter(_reading)) return; // in the middle of a stream: its reader needs the bell
        shared.SilenceBell();
        Monitor.Exit(_reading);
    }

    /// <summary>Tells the peer to ring again.</summary>
    public void ArmBell() => channel.Shared?.ArmBell();

    /// <summary>Receives posts that are there, on the calling thread; whether there were any.</summary>
    public bool Poll()
    {
        var any = false;
        if (channel.Shared is not { } shared) return any;
        bool isStuck;
        do
        {
            // Whoever holds the monitor looks once more after it has let go.
            if (shared.IsEmpty || !Monitor.TryEnter(_reading)) return any;
            try
            {
                while (true)
                {
                    if (!IsOpen) return any;
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
        _reader = new FrameReader(channel, parts.Pool, parts.Options.Limits, parts.Options.StallLimit, _closed.Token);
        _writer = new FrameWriter(channel, parts.Options.MaximumPayloadBytes);
        Volatile.Write(ref _open, true);
        var writer = new Thread(Write, ConnectionThreads.StackBytes) { IsBackground = true, Name = $"tensors to {Peer}" };
        writer.Start();
        parts.Meter.Connected(1);
        Tell(r => r.OnPeerConnected(Peer));
        if (channel.Shared is not null) parts.Polling.Add(this); // not before the receiver has heard of it
        Read();
        parts.Polling.Remove(this);
        writer.Join();
        _queue.WaitForPasser();
        channel.Free();
        parts.Meter.Connected(-1);
        parts.Logger.LogInformation("The connection with {Peer} is closed: {Reason}", Peer, channel.EndReason);
        Tell(r => r.OnPeerLost(Peer, channel.EndReason));
        _ended.TrySetResult();
    }

    private void Read()
    {
        bool goesOn;
        do
        {
            var isThere = channel.Shared?.WaitForSomething() ?? true;
            lock (_reading) goesOn = (isThere && channel.Shared is { IsEmpty: true }) || ReadOne(); // another thread may have taken it
        }
        while (goesOn);
    }

    /// <summary>Receives one frame and hands it over; false when the connection is closed.</summary>
    private bool ReadOne()
    {
        try
        {
            var reason = _reader!.Next(out var frame);
            if (reason is null)
            {
                Count(frame, _reader.BytesRead - _readBefore);
                _readBefore = _reader.BytesRead;
                reason = Deliver(frame);
                if (reason is null) return true;
                frame.Lease.Dispose();
            }
            if (!_reader.EndedBetweenFrames && !IsClosing)
            {
                parts.Meter.Fault();
                parts.Logger.LogWarning("Closing the connection with {Peer}: {Reason}", Peer, reason);
            }
            Close(reason);
        }
        catch (Exception e)
        {
            // The receiver's code, or a broken invariant: this connection ends, the node does not.
            parts.Logger.LogError(e, "Receiving from {Peer} failed", Peer);
            Close($"receiving failed: {e.Message}");
        }
        return false;
    }

    private string? Deliver(in IncomingFrame frame) =>
        frame.Gradient is { } gradient ? parts.Receiver.OnGradient(Peer, gradient)
        : frame.Chunk is { } chunk ? parts.Receiver.OnChunk(Peer, chunk)
        : parts.Receiver.OnWeights(Peer, frame.To, frame.Weights!);

    private void Write()
    {
        while (_queue.Take(out var frame) && Write(frame, isPost: false))
        {
        }
        Close(channel.EndReason);
    }

    /// <summary>Sends at once what shared memory takes, unless something waits to be sent before it.</summary>
    private bool TryPost(in OutgoingFrame frame) => channel.Shared is not null && _queue.TryPass() && Write(frame, isPost: true);

    /// <summary>Writes a frame that the queue has let through. False when it was not sent: a post may still be queued, otherwise the channel has ended.</summary>
    private bool Write(in OutgoingFrame frame, bool isPost)
    {
        try
        {
            var (began, before) = (Stopwatch.GetTimestamp(), _writer!.BytesWritten);
            var sent = isPost ? _writer.TryPost(frame) : _writer.Write(frame);
            // Counted before the lease, so that whoever waits for the lease finds it counted.
            if (sent) Count(frame, _writer.BytesWritten - before, Stopwatch.GetElapsedTime(began));
            if (sent || !isPost) frame.InUse?.Dispose();
            parts.Meter.Superseded(Peer.Value, _queue.Superseded - _superseded);
            _superseded = _queue.Superseded;
            return sent;
        }
        catch (Exception e)
        {
            // An owner's lease, or a broken invariant.
            parts.Logger.LogError(e, "Sending to {Peer} failed", Peer);
            Close($"sending failed: {e.Message}");
            return isPost; // it is not queued any more
        }
        finally
        {
            if (isPost) _queue.Passed();
            else _queue.Written();
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
