using System.Diagnostics;
using Distributed.Transport.Channels;
using Distributed.Transport.Messages;
using Distributed.Transport.Peers;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>
/// The sending half of a connection: a queue and the thread that empties it. Over shared memory the calling thread posts at once as long as
/// nothing waits.
/// </summary>
/// <param name="peer">The other side.</param>
/// <param name="parts">What the node's connections share.</param>
/// <param name="traffic">Counts what leaves.</param>
/// <param name="close">Closes the connection with a reason.</param>
internal sealed class ConnectionSender(PeerId peer, TransportParts parts, ConnectionTraffic traffic, Action<string> close) : IOutgoingSink
{
    private readonly SendQueue _queue = new(parts.Options.QueuedFrames, parts.Options.QueuedWeightVersions);
    private ByteChannel? _channel; // set by Start
    private FrameWriter? _writer; // used by the one thread that the queue admits
    private Thread? _thread;

    /// <summary>Starts the writing thread; messages may be sent from now on.</summary>
    public void Start(ByteChannel channel)
    {
        _channel = channel;
        _writer = new FrameWriter(channel, parts.Options.MaximumPayloadBytes);
        _thread = new Thread(Run, ConnectionThreads.StackBytes) { IsBackground = true, Name = $"tensors to {peer}" };
        _thread.Start();
    }

    public bool TrySend(in OutgoingGradient gradient) => TryPost(gradient) || _queue.TryAdd(gradient);

    public bool TrySend(in OutgoingWeights weights) => TryPost(weights) || _queue.TryAdd(weights);

    public bool TrySend(in OutgoingChunk chunk) => TryPost(chunk) || _queue.TryAdd(chunk);

    /// <summary>Waits until everything queued has left; false when the limit passes first.</summary>
    public bool WaitUntilSent(TimeSpan limit) => _queue.WaitUntilEmpty(limit);

    /// <summary>Sends nothing more and releases what waits.</summary>
    public void Close() => _queue.Close();

    /// <summary>After <see cref="Close"/>: waits until no thread uses the channel for sending.</summary>
    public void Join()
    {
        _thread!.Join();
        _queue.WaitForPasser();
    }

    bool IOutgoingSink.Send(in OutgoingGradient gradient) => TryWrite(gradient, isPost: false);

    bool IOutgoingSink.Send(in OutgoingWeights weights) => TryWrite(weights, isPost: false);

    bool IOutgoingSink.Send(in OutgoingChunk chunk) => TryWrite(chunk, isPost: false);

    private void Run()
    {
        while (_queue.SendNext(this))
        {
        }
        close(_channel!.EndReason);
    }

    private bool TryPost<T>(in T message) where T : struct, IOutgoing<T>
    {
        if (_channel!.Shared is null || !_queue.TryPass()) return false;
        try
        {
            return TryWrite(message, isPost: true);
        }
        finally
        {
            _queue.Passed();
        }
    }

    /// <summary>
    /// Writes a message that the queue has admitted. False when it was not sent: a post may still be queued, otherwise the channel has ended.
    /// </summary>
    private bool TryWrite<T>(in T message, bool isPost) where T : struct, IOutgoing<T>
    {
        try
        {
            var (began, before) = (Stopwatch.GetTimestamp(), _writer!.BytesWritten);
            var sent = isPost ? message.TryPostTo(_writer) : message.WriteTo(_writer);
            // Counted before the lease is disposed: a caller that waits for the lease reads the new count.
            if (sent) traffic.Sent(T.Kind, _writer.BytesWritten - before, Stopwatch.GetElapsedTime(began));
            if (sent || !isPost) message.InUse?.Dispose();
            traffic.Superseded(_queue.Superseded);
            return sent;
        }
        catch (Exception e)
        {
            // A lease's owner threw, or an invariant is broken.
            parts.Logger.LogError(e, "Sending to {Peer} failed", peer);
            close($"sending failed: {e.Message}");
            return isPost; // a failed post is not queued as well
        }
    }
}
