using Distributed.Transport.Messages;

namespace Distributed.Transport.Connections;

/// <summary>
/// The messages that wait for one peer, sent in order of arrival. Two bounds: a full queue refuses; more than
/// <paramref name="weightVersions"/> versions of a block's weights for one worker discard the oldest. Gradients are never discarded while the
/// connection lives. A message that waits already is not queued twice, so repeated requests cannot fill the queue.
/// </summary>
/// <param name="capacity">Waiting messages of all kinds.</param>
/// <param name="weightVersions">Waiting versions for each block and worker.</param>
internal sealed class SendQueue(int capacity, int weightVersions)
{
    private readonly object _lock = new(); // a monitor: the writer waits on it
    private readonly SendLane<OutgoingGradient> _gradients = new(capacity);
    private readonly SendLane<OutgoingWeights> _weights = new(capacity);
    private readonly SendLane<OutgoingChunk> _chunks = new(capacity);
    private long _arrivals;
    private bool _closed;
    private bool _writing; // the writer is at the message that it took
    private bool _passing; // a thread sends one past the queue
    private int _waiting; // threads that wait until it is empty

    /// <summary>Weights that were discarded for newer ones.</summary>
    public long Superseded { get; private set; }

    private int Count => _gradients.Count + _weights.Count + _chunks.Count;

    /// <summary>Takes a gradient. False when closed or full: then nothing was taken and the lease stays with the caller.</summary>
    public bool TryAdd(in OutgoingGradient gradient) => TryAdd(_gradients, gradient);

    /// <summary>Takes weights. False when closed, or full of anything but older ones.</summary>
    public bool TryAdd(in OutgoingWeights weights) => TryAdd(_weights, weights);

    /// <summary>Takes a chunk. False when closed or full.</summary>
    public bool TryAdd(in OutgoingChunk chunk) => TryAdd(_chunks, chunk);

    /// <summary>
    /// Whether the caller may send a message past the queue: nothing waits and no other thread sends. Until it calls <see cref="Passed"/> no
    /// other thread does.
    /// </summary>
    public bool TryPass()
    {
        lock (_lock) return !_closed && Count == 0 && !_writing && !_passing && (_passing = true);
    }

    /// <summary>The message past the queue has left, or failed.</summary>
    public void Passed()
    {
        lock (_lock)
        {
            _passing = false;
            // An idle writer is not woken for each message that passes.
            if (Count > 0 || _waiting > 0) Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits for the next message and sends it. False when the queue is closed or the channel has ended.</summary>
    public bool SendNext(IOutgoingSink sink)
    {
        if (!TakeNext(out var gradient, out var weights, out var chunk, out var kind)) return false;
        try
        {
            return kind switch
            {
                Lane.Gradients => sink.Send(gradient),
                Lane.Weights => sink.Send(weights),
                _ => sink.Send(chunk),
            };
        }
        finally
        {
            lock (_lock)
            {
                _writing = false;
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>After <see cref="Close"/>: waits until a message that passes has left.</summary>
    public void WaitForPasser()
    {
        lock (_lock)
        {
            _waiting++;
            while (_passing) Monitor.Wait(_lock);
            _waiting--;
        }
    }

    /// <summary>Waits until everything has been sent; false when that takes longer than the limit.</summary>
    public bool WaitUntilEmpty(TimeSpan limit)
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (_lock)
        {
            _waiting++;
            try
            {
                while ((Count > 0 || _writing || _passing) && !_closed)
                {
                    var left = until - Environment.TickCount64;
                    if (left <= 0) return false;
                    Monitor.Wait(_lock, TimeSpan.FromMilliseconds(left));
                }
                return true;
            }
            finally
            {
                _waiting--;
            }
        }
    }

    /// <summary>Takes nothing more and releases what waits.</summary>
    public void Close()
    {
        var released = new List<IDisposable>();
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            _gradients.DiscardAll(released);
            _weights.DiscardAll(released);
            _chunks.DiscardAll(released);
            Monitor.PulseAll(_lock);
        }
        foreach (var inUse in released) inUse.Dispose();
    }

    private bool TryAdd<T>(SendLane<T> lane, in T message) where T : struct, IOutgoing<T>
    {
        IDisposable? released = null;
        lock (_lock)
        {
            if (_closed) return false;
            if (lane.Holds(message)) released = message.InUse;
            else
            {
                var oldest = lane.OldestSuperseded(message, out var versions);
                if (oldest >= 0 && (versions >= weightVersions || Count == capacity))
                {
                    released = lane.Discard(oldest);
                    Superseded++;
                }
                if (Count == capacity) return false;
                lane.Add(_arrivals++, message);
                Monitor.PulseAll(_lock);
            }
        }
        released?.Dispose();
        return true;
    }

    private enum Lane { Gradients, Weights, Chunks }

    private bool TakeNext(out OutgoingGradient gradient, out OutgoingWeights weights, out OutgoingChunk chunk, out Lane kind)
    {
        lock (_lock)
        {
            while ((Count == 0 || _passing) && !_closed) Monitor.Wait(_lock);
            (gradient, weights, chunk, kind) = (default, default, default, default);
            if (_closed) return false;
            var first = Math.Min(Math.Min(_gradients.FirstArrival, _weights.FirstArrival), _chunks.FirstArrival);
            kind = _gradients.TryTake(first, out gradient) ? Lane.Gradients
                : _weights.TryTake(first, out weights) ? Lane.Weights
                : Lane.Chunks;
            if (kind == Lane.Chunks) _chunks.TryTake(first, out chunk);
            _writing = true;
            return true;
        }
    }
}
