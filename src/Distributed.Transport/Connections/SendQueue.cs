using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Traffic;

namespace Distributed.Transport.Connections;

/// <summary>
/// A message that waits to be sent: a gradient, weights with their worker, or a chunk of data. <see cref="InUse"/> is disposed once, when it has
/// left.
/// </summary>
internal readonly record struct OutgoingFrame(
    PushGradient? Gradient, WeightsUpdated? Weights, WorkerId To, IDisposable? InUse, DataChunk? Chunk = null)
{
    /// <summary>What the instruments call it.</summary>
    public string Kind => Gradient is not null ? FrameKindTag.Gradient : Chunk is not null ? FrameKindTag.Data : FrameKindTag.Weights;

    /// <summary>Whether both are the same block's weights for the same worker, whatever the version.</summary>
    public bool HasTargetOf(in OutgoingFrame other) =>
        Weights is { } a && other.Weights is { } b && a.Block == b.Block && To == other.To && a.Job == b.Job;

    /// <summary>Whether both carry the same content: then one of them is enough.</summary>
    public bool IsSameAs(in OutgoingFrame other)
    {
        if (Gradient is { } a && other.Gradient is { } b)
            return a.Step == b.Step && a.Node == b.Node && a.Block == b.Block && a.Lineage == b.Lineage && a.Job == b.Job;
        if (Chunk is { } chunk) return other.Chunk is { } waiting && chunk.Index == waiting.Index && chunk.DataSet == waiting.DataSet;
        return HasTargetOf(other) && Weights!.Step == other.Weights!.Step && Weights.Lineage == other.Weights.Lineage;
    }

    /// <summary>Whether these weights are an older version than the other ones.</summary>
    public bool IsOlderThan(in OutgoingFrame other) =>
        (Weights!.Lineage, Weights.Step).CompareTo((other.Weights!.Lineage, other.Weights.Step)) < 0;
}

/// <summary>
/// What waits for one peer: bounded in frames, and in versions for each block and worker. At the second bound the oldest version is discarded;
/// at the first one a frame is refused. Gradients are never discarded while the connection lives. Asked to send what already waits, it does
/// nothing more: so repeated requests fill no queue.
/// </summary>
internal sealed class SendQueue(int capacity, int weightVersions)
{
    private readonly object _lock = new(); // a monitor: the writer waits on it
    private readonly OutgoingFrame[] _ring = new OutgoingFrame[capacity];
    private int _first, _count;
    private bool _closed;
    private bool _writing; // the writer is at the frame that it took
    private bool _passing; // somebody is at one that never waited
    private int _waiting; // those that wait until it is empty

    /// <summary>Weights that were discarded because newer ones came.</summary>
    public long Superseded { get; private set; }

    /// <summary>Takes a frame. False when closed or at the bound: then nothing was taken and its lease stays with the caller.</summary>
    public bool TryAdd(in OutgoingFrame frame)
    {
        IDisposable? released = null;
        lock (_lock)
        {
            if (_closed) return false;
            if (IsWaiting(frame)) released = frame.InUse;
            else
            {
                var oldest = OldestSuperseded(frame, out var versions);
                if (oldest >= 0 && (versions >= weightVersions || _count == capacity)) released = Discard(oldest);
                if (_count == capacity) return false;
                At(_count++) = frame;
                Monitor.PulseAll(_lock);
            }
        }
        released?.Dispose();
        return true;
    }

    /// <summary>
    /// Whether the caller may write a frame past the queue: nothing waits and nobody writes. Until it says <see cref="Passed"/> nobody else does.
    /// </summary>
    public bool TryPass()
    {
        lock (_lock) return !_closed && _count == 0 && !_writing && !_passing && (_passing = true);
    }

    /// <summary>The frame past the queue has left, or could not.</summary>
    public void Passed()
    {
        lock (_lock)
        {
            _passing = false;
            // A writer that waits for its next frame is not to be woken for each that passes.
            if (_count > 0 || _waiting > 0) Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits for the next frame; false when closed. The writer says <see cref="Written"/> after each.</summary>
    public bool Take(out OutgoingFrame frame)
    {
        lock (_lock)
        {
            while ((_count == 0 || _passing) && !_closed) Monitor.Wait(_lock);
            frame = default;
            if (_closed) return false;
            frame = At(0);
            At(0) = default;
            _first = (_first + 1) % capacity;
            _count--;
            _writing = true;
            return true;
        }
    }

    /// <summary>The frame taken last has left.</summary>
    public void Written()
    {
        lock (_lock)
        {
            _writing = false;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>After <see cref="Close"/>: waits until whoever passes has left.</summary>
    public void WaitForPasser()
    {
        lock (_lock)
        {
            _waiting++;
            while (_passing) Monitor.Wait(_lock);
            _waiting--;
        }
    }

    /// <summary>Waits until nothing waits any more; false when that took longer than the limit.</summary>
    public bool WaitUntilEmpty(TimeSpan limit)
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (_lock)
        {
            _waiting++;
            try
            {
                while ((_count > 0 || _writing || _passing) && !_closed)
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
        OutgoingFrame[] dropped;
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            dropped = new OutgoingFrame[_count];
            for (var i = 0; i < dropped.Length; i++) dropped[i] = At(i);
            _count = 0;
            Array.Clear(_ring);
            Monitor.PulseAll(_lock);
        }
        foreach (var frame in dropped) frame.InUse?.Dispose();
    }

    private ref OutgoingFrame At(int place) => ref _ring[(_first + place) % capacity];

    private bool IsWaiting(in OutgoingFrame frame)
    {
        for (var i = 0; i < _count; i++)
            if (At(i).IsSameAs(frame)) return true;
        return false;
    }

    private int OldestSuperseded(in OutgoingFrame frame, out int versions)
    {
        var oldest = -1;
        versions = 0;
        if (frame.Weights is null) return oldest;
        for (var i = 0; i < _count; i++)
        {
            if (!At(i).HasTargetOf(frame) || !At(i).IsOlderThan(frame)) continue;
            versions++;
            if (oldest < 0 || At(i).IsOlderThan(At(oldest))) oldest = i;
        }
        return oldest;
    }

    private IDisposable? Discard(int place)
    {
        var inUse = At(place).InUse;
        for (var i = place; i < _count - 1; i++) At(i) = At(i + 1);
        At(--_count) = default;
        Superseded++;
        return inUse;
    }
}
