using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Data.Samples;

/// <summary>
/// Asks for samples before they are gathered. Shuffled rows lie anywhere in memory, so that no hardware prefetcher foresees the next one, and
/// waiting for it costs more than converting it.
/// </summary>
internal static unsafe class CacheLines
{
    /// <summary>How many rows before its turn a sample is asked for.</summary>
    public const int RowsAhead = 4;

    private const int LineBytes = 64;
    private const int MostBytes = 4096; // the hardware follows a longer row by itself

    /// <summary>Prefetches values of a sample. Changes nothing but the time at which they can be read.</summary>
    /// <param name="values">The values.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (!Sse.IsSupported || values.IsEmpty) return;
        var bytes = Math.Min(values.Length * sizeof(T), MostBytes);
        fixed (T* first = values)
        {
            for (var at = 0; at < bytes; at += LineBytes) Sse.Prefetch0((byte*)first + at);
            Sse.Prefetch0((byte*)first + bytes - 1); // a row need not begin at a line
        }
    }
}
