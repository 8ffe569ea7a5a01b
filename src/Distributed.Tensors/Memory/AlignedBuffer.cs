using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Distributed.Tensors.Memory;

/// <summary>
/// Float32 storage that never moves: pinned managed memory whose first element lies on a 64-byte boundary
/// (one cache line, one 512-bit register). The memory lives as long as the object is reachable.
/// </summary>
public sealed unsafe class AlignedBuffer
{
    private const int Alignment = 64;

    private readonly float[] _storage;
    private readonly int _offset;

    /// <summary>Allocates <paramref name="length"/> zeros.</summary>
    /// <param name="length">Number of floats; zero is allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _storage = GC.AllocateUninitializedArray<float>(length + Alignment / sizeof(float), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_storage));
        _offset = (int)((Alignment - address % Alignment) % Alignment / sizeof(float));
        Pointer = (float*)address + _offset;
        LargePages.Advise(Pointer, (nuint)length * sizeof(float));
        Span.Clear();
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    /// <summary>The floats.</summary>
    public Span<float> Span => new(_storage, _offset, Length);

    /// <summary>The floats, storable on the heap.</summary>
    public Memory<float> Memory => new(_storage, _offset, Length);

    /// <summary>Finds the buffer of <paramref name="length"/> floats that a part lies in, at <paramref name="at"/> there; false when it lies elsewhere.</summary>
    public static bool TryFind(ReadOnlyMemory<float> part, int length, int at, out Memory<float> whole)
    {
        whole = default;
        if (!MemoryMarshal.TryGetArray(part, out var found) || found.Array?.Length != length + Alignment / sizeof(float)) return false;
        var first = found.Offset - at;
        if (first < 0 || first + length > found.Array.Length || at + part.Length > length) return false;
        whole = found.Array.AsMemory(first, length);
        return true;
    }

    /// <summary>Address of the first float; valid while this object is reachable.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "It is one; the span beside it is the safe form.")]
    public float* Pointer { get; }
}
