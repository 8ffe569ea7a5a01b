using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Distributed.Tensors;

/// <summary>The inner node of the reduction tree: two gradients, element by element.</summary>
public static class GradientSum
{
    /// <summary>into = a + b; <paramref name="into"/> may be either of them. Addition is exact IEEE, so the bits depend on nothing else.</summary>
    /// <param name="a">[n] the gradient of the lower shards.</param>
    /// <param name="b">[n] the gradient of the higher shards.</param>
    /// <param name="into">[n] receives the sum.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> into)
    {
        if (a.Length != b.Length || a.Length != into.Length)
            throw new ArgumentException($"gradients of {a.Length} and {b.Length} elements into {into.Length}", nameof(into));
        TensorPrimitives.Add(a, b, into);
    }

    /// <summary>
    /// Rounds each value to the nearest bfloat16 (the upper half of a float32), ties to even; beyond the largest it becomes infinite,
    /// and a NaN stays one.
    /// </summary>
    /// <param name="values">[n] rounded in place; each is then exactly a bfloat16.</param>
    public static void RoundToBFloat16(Span<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var quiet = new Vector<uint>(0x00400000);
            for (; i <= bits.Length - Vector<uint>.Count; i += Vector<uint>.Count)
            {
                var slice = bits.Slice(i, Vector<uint>.Count);
                var value = new Vector<uint>(slice);
                var magnitude = value & new Vector<uint>(0x7fffffff);
                var isNaN = Vector.GreaterThan(magnitude, new Vector<uint>(0x7f800000));
                var odd = (value >> 16) & Vector<uint>.One;
                var rounded = value + new Vector<uint>(0x7fff) + odd;
                var result = Vector.ConditionalSelect(isNaN, value | quiet, rounded) & new Vector<uint>(0xffff0000);
                result.CopyTo(slice);
            }
        }

        for (; i < bits.Length; i++) bits[i] = Round(bits[i]);
    }

    private static uint Round(uint bits) =>
        ((bits & 0x7fffffff) > 0x7f800000 ? bits | 0x00400000 : bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000;
}
