using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Distributed.Tensors.Elements;

/// <summary>
/// The inner node of the reduction tree: two gradients, element by element. A bfloat16 is the upper half of a float32; it is computed with as
/// a float32 whose lower half is zero.
/// </summary>
public static class GradientSum
{
    /// <summary>into = a + b; <paramref name="into"/> may be either of them. Addition is exact IEEE, so the bits depend on nothing else.</summary>
    /// <param name="a">[n] the gradient of the lower shards.</param>
    /// <param name="b">[n] the gradient of the higher shards.</param>
    /// <param name="into">[n] receives the sum.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> into)
    {
        CheckLengths(a, b, into);
        TensorPrimitives.Add(a, b, into);
    }

    /// <summary>into = a + b, summed in float32 and rounded as <see cref="RoundToBFloat16"/> does, in one pass.</summary>
    /// <param name="a">[n] the gradient of the lower shards.</param>
    /// <param name="b">[n] the gradient of the higher shards.</param>
    /// <param name="into">[n] receives the rounded sum; it may be either of them.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void AddToBFloat16(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> into)
    {
        CheckLengths(a, b, into);
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= into.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var sum = new Vector<float>(a[i..]) + new Vector<float>(b[i..]);
                Vector.AsVectorSingle(Round(Vector.AsVectorUInt32(sum))).CopyTo(into[i..]);
            }
        }

        for (; i < into.Length; i++) into[i] = BitConverter.UInt32BitsToSingle(Round(BitConverter.SingleToUInt32Bits(a[i] + b[i])));
    }

    /// <summary>
    /// Rounds each value to the nearest bfloat16, ties to even; beyond the largest it becomes infinite, and a NaN stays one.
    /// </summary>
    /// <param name="values">[n] rounded in place; each is then exactly a bfloat16.</param>
    public static void RoundToBFloat16(Span<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= bits.Length - Vector<uint>.Count; i += Vector<uint>.Count)
                Round(new Vector<uint>(bits[i..])).CopyTo(bits[i..]);
        }

        for (; i < bits.Length; i++) bits[i] = Round(bits[i]);
    }

    /// <summary>The upper halves of values that are exactly bfloat16: the form in which they travel.</summary>
    /// <param name="values">[n] rounded values; of others the lower half would be cut off.</param>
    /// <param name="into">[n] receives the halves.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void PackBFloat16(ReadOnlySpan<float> values, Span<ushort> into)
    {
        if (values.Length != into.Length) throw new ArgumentException($"{values.Length} values into {into.Length}", nameof(into));
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                var lower = new Vector<uint>(bits[i..]) >> 16;
                var upper = new Vector<uint>(bits[(i + Vector<uint>.Count)..]) >> 16;
                Vector.Narrow(lower, upper).CopyTo(into[i..]);
            }
        }

        for (; i < bits.Length; i++) into[i] = (ushort)(bits[i] >> 16);
    }

    /// <summary>
    /// Back from <see cref="PackBFloat16"/>. The halves may lie at the end of the memory that they are unpacked into: each is read before its
    /// place is written.
    /// </summary>
    /// <param name="halves">[n] upper halves.</param>
    /// <param name="into">[n] receives the values.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void UnpackBFloat16(ReadOnlySpan<ushort> halves, Span<float> into)
    {
        if (halves.Length != into.Length) throw new ArgumentException($"{halves.Length} halves into {into.Length}", nameof(into));
        var bits = MemoryMarshal.Cast<float, uint>(into);
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            {
                Vector.Widen(new Vector<ushort>(halves[i..]), out var lower, out var upper);
                (lower << 16).CopyTo(bits[i..]);
                (upper << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
            }
        }

        for (; i < bits.Length; i++) bits[i] = (uint)halves[i] << 16;
    }

    private static void CheckLengths(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> into)
    {
        if (a.Length != b.Length || a.Length != into.Length)
            throw new ArgumentException($"gradients of {a.Length} and {b.Length} elements into {into.Length}", nameof(into));
    }

    private static Vector<uint> Round(Vector<uint> bits)
    {
        var isNaN = Vector.GreaterThan(bits & new Vector<uint>(0x7fffffff), new Vector<uint>(0x7f800000));
        var rounded = bits + new Vector<uint>(0x7fff) + ((bits >> 16) & Vector<uint>.One);
        return Vector.ConditionalSelect(isNaN, bits | new Vector<uint>(0x00400000), rounded) & new Vector<uint>(0xffff0000);
    }

    private static uint Round(uint bits) =>
        ((bits & 0x7fffffff) > 0x7f800000 ? bits | 0x00400000 : bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000;
}
