using System.Numerics;
using Distributed.Tensors.Memory;

namespace Distributed.Transport.Buffers;

/// <summary>
/// Memory for received values, shared by a node's connections and bounded in bytes. At the bound a reader waits for a returned lease and
/// stops reading, so the kernel's flow control holds back the sender: peers cannot make memory grow.
/// </summary>
/// <remarks>
/// Buffers are kept by size class, four for each power of two, so at most a fifth of a buffer is unused. When a new one does not fit beside
/// the spare ones of other classes, those are let go first.
/// </remarks>
/// <param name="limitBytes">The bound: leased and spare buffers together.</param>
internal sealed class TensorBufferPool(long limitBytes)
{
    /// <summary>The least that is allocated, in floats.</summary>
    public const int SmallestClass = 256;

    private readonly object _lock = new(); // a monitor: readers wait on it
    private readonly Dictionary<int, Stack<AlignedBuffer>> _spare = [];
    private long _leasedBytes, _spareBytes;
    private long _elsewhereBytes;
    private int _waiting;

    /// <summary>Bytes leased at present, from the pool and from shared memory.</summary>
    public long LeasedBytes
    {
        get { lock (_lock) return _leasedBytes + Volatile.Read(ref _elsewhereBytes); }
    }

    /// <summary>Bytes that are kept for the next use.</summary>
    public long SpareBytes
    {
        get { lock (_lock) return _spareBytes; }
    }

    /// <summary>Readers that wait at the bound.</summary>
    public int Waiting
    {
        get { lock (_lock) return _waiting; }
    }

    /// <summary>
    /// Leases memory for <paramref name="length"/> floats, waiting at the bound. Null when too little came back within
    /// <paramref name="limit"/> or when <paramref name="cancelled"/> was.
    /// </summary>
    public TensorLease? Rent(int length, TimeSpan limit, CancellationToken cancelled)
    {
        var size = ClassOf(length);
        lock (_lock)
            if (TryTake(size) is { } buffer) return new TensorLease(this, buffer, length);
        return Wait(size, limit, cancelled) is { } late ? new TensorLease(this, late, length) : null;
    }

    private AlignedBuffer? Wait(int size, TimeSpan limit, CancellationToken cancelled)
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        using var wake = cancelled.Register(Wake);
        lock (_lock)
        {
            _waiting++;
            try
            {
                while (!cancelled.IsCancellationRequested)
                {
                    if (TryTake(size) is { } buffer) return buffer;
                    var left = until - Environment.TickCount64;
                    if (left <= 0) return null;
                    Monitor.Wait(_lock, TimeSpan.FromMilliseconds(left));
                }
                return null;
            }
            finally
            {
                _waiting--;
            }
        }
    }

    /// <summary>Counts values that are leased in memory of a peer's, whose bound is the peer's too.</summary>
    public void CountElsewhere(long bytes) => Interlocked.Add(ref _elsewhereBytes, bytes);

    internal void Return(AlignedBuffer buffer)
    {
        lock (_lock)
        {
            _leasedBytes -= BytesOf(buffer.Length);
            _spareBytes += BytesOf(buffer.Length);
            if (!_spare.TryGetValue(buffer.Length, out var stack)) _spare.Add(buffer.Length, stack = []);
            stack.Push(buffer);
            if (_waiting > 0) Monitor.PulseAll(_lock);
        }
    }

    private void Wake()
    {
        lock (_lock) Monitor.PulseAll(_lock);
    }

    private AlignedBuffer? TryTake(int size)
    {
        var bytes = BytesOf(size);
        if (_spare.TryGetValue(size, out var stack) && stack.TryPop(out var spare))
        {
            _spareBytes -= bytes;
            _leasedBytes += bytes;
            return spare;
        }
        if (_leasedBytes + bytes > limitBytes) return null;
        if (_leasedBytes + _spareBytes + bytes > limitBytes)
        {
            _spare.Clear();
            _spareBytes = 0;
        }
        var fresh = new AlignedBuffer(size);
        _leasedBytes += bytes;
        return fresh;
    }

    /// <summary>The smallest of 4, 5, 6, 7 × 2^k that is not below <paramref name="length"/>.</summary>
    internal static int ClassOf(int length)
    {
        if (length <= SmallestClass) return SmallestClass;
        var quarter = 1 << (BitOperations.Log2((uint)length) - 2);
        return (int)(((long)length + quarter - 1) / quarter * quarter);
    }

    private static long BytesOf(int floats) => (long)floats * sizeof(float);
}
