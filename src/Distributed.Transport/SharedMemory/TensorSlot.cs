using System.Buffers;

namespace Distributed.Transport.SharedMemory;

/// <summary>
/// Room for one tensor in memory that two processes share: the maker puts values in and names the slot, the reader reads them in place and frees
/// it. A tensor is copied once and does not pass through a ring.
/// </summary>
/// <remarks>
/// <para>Layout: at 0 the in-use flag (set by the maker, cleared by the reader), the values from <see cref="HeaderBytes"/> on.</para>
/// <para>Only the garbage collector unmaps the memory, once the slot is unreachable: a late reader of an outdated tensor may see other numbers,
/// as in pooled memory, but never unmapped memory.</para>
/// </remarks>
internal sealed unsafe class TensorSlot : MemoryManager<float>
{
    private const int HeaderBytes = 4096; // the values begin on a page

    private readonly SharedSegment _segment;
    private readonly int* _inUse;

    private TensorSlot(SharedSegment segment)
    {
        _segment = segment;
        _inUse = (int*)segment.Start;
        Capacity = (segment.Length - HeaderBytes) / sizeof(float);
    }

    /// <summary>Values at most.</summary>
    public int Capacity { get; }

    /// <summary>Bytes of flag and values.</summary>
    public int Bytes => _segment.Length;

    /// <summary>Its file's handle in this process.</summary>
    public int Handle => _segment.Handle;

    /// <summary>Maker: whether the slot is free.</summary>
    public bool IsFree => Volatile.Read(ref *_inUse) == 0;

    /// <summary>Bytes of a slot for so many values.</summary>
    public static long BytesFor(int capacity) => HeaderBytes + (long)capacity * sizeof(float);

    /// <summary>Creates a free slot; null, with the reason, when there is no memory.</summary>
    public static TensorSlot? TryCreate(int capacity, out string? failure) =>
        SharedSegment.TryCreate(checked((int)BytesFor(capacity)), out failure) is { } segment ? new TensorSlot(segment) : null;

    /// <summary>Opens a slot of another process; null, with the reason, when it is not one.</summary>
    public static TensorSlot? TryOpen(int process, int handle, out string? failure)
    {
        if (SharedSegment.TryOpen(process, handle, null, out failure) is not { } segment) return null;
        if (segment.Length >= HeaderBytes) return new TensorSlot(segment);
        failure = $"it has {segment.Length} bytes";
        return null;
    }

    /// <summary>Maker: copies values in and hands the slot to the reader.</summary>
    public void Put(ReadOnlySpan<float> values)
    {
        values.CopyTo(GetSpan());
        Volatile.Write(ref *_inUse, 1);
    }

    /// <summary>Reader: frees the slot.</summary>
    public void Free() => Volatile.Write(ref *_inUse, 0);

    public override Span<float> GetSpan() => new(_segment.Start + HeaderBytes, Capacity);

    public override MemoryHandle Pin(int elementIndex = 0) => new((float*)(_segment.Start + HeaderBytes) + elementIndex, default, this);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
