using System.Buffers;

namespace Distributed.Transport.SharedMemory;

/// <summary>
/// A tensor's place in memory that two processes share: one of them puts values in and says where they lie, the other one reads them there and
/// says when it is done. So a tensor is copied once and never goes through a ring.
/// </summary>
/// <remarks>
/// <para>Layout: at 0 whether the values are in use (written by the maker when it puts values in, by the reader when it is done), the values from
/// <see cref="HeaderBytes"/> on.</para>
/// <para>The memory is unmapped by the garbage collector alone, when nobody can reach the slot any more: whoever still reads an outdated tensor
/// reads other numbers, as in pooled memory, but never memory that is gone.</para>
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

    /// <summary>Values that it holds at most.</summary>
    public int Capacity { get; }

    /// <summary>Bytes of both.</summary>
    public int Bytes => _segment.Length;

    /// <summary>The number of its file in the maker's process.</summary>
    public int Handle => _segment.Handle;

    /// <summary>Maker: whether values may be put in.</summary>
    public bool IsFree => Volatile.Read(ref *_inUse) == 0;

    /// <summary>The bytes that a slot for so many values takes.</summary>
    public static long BytesFor(int capacity) => HeaderBytes + (long)capacity * sizeof(float);

    /// <summary>Makes a free slot; null, with the reason, when there is no memory for it.</summary>
    public static TensorSlot? TryCreate(int capacity, out string? failure) =>
        SharedSegment.TryCreate(checked((int)BytesFor(capacity)), out failure) is { } segment ? new TensorSlot(segment) : null;

    /// <summary>Opens a slot that another process made; null, with the reason, when that is none.</summary>
    public static TensorSlot? TryOpen(int process, int handle, out string? failure)
    {
        if (SharedSegment.TryOpen(process, handle, null, out failure) is not { } segment) return null;
        if (segment.Length >= HeaderBytes) return new TensorSlot(segment);
        failure = $"it has {segment.Length} bytes";
        return null;
    }

    /// <summary>Maker: puts values in; the reader's from now on.</summary>
    public void Put(ReadOnlySpan<float> values)
    {
        values.CopyTo(GetSpan());
        Volatile.Write(ref *_inUse, 1);
    }

    /// <summary>Reader: it is done.</summary>
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
