using System.Runtime.InteropServices;

namespace Distributed.Tensors.Tests;

/// <summary>Floats compared as bits: −0 is not 0, and a NaN equals itself.</summary>
internal static class Bits
{
    public static bool Same(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        MemoryMarshal.AsBytes(left).SequenceEqual(MemoryMarshal.AsBytes(right));

    public static bool Same(float left, float right) => BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right);
}
