using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Distributed.Learning;

/// <summary>An optimizer's formula for one vector of elements; the loop is <see cref="ElementUpdate"/>'s.</summary>
internal interface IElementRule
{
    /// <summary>How many of the two state arguments the formula reads and writes: 0, 1 or 2.</summary>
    static abstract int StateVectors { get; }

    /// <summary>Gives the new weights of some elements and changes their state.</summary>
    Vector<float> Apply(Vector<float> gradientSum, Vector<float> weight, ref Vector<float> first, ref Vector<float> second);
}

/// <summary>
/// The one pass over memory that all optimizers share: load, apply, store, and notice what is not finite.
/// </summary>
/// <remarks>
/// The elements that do not fill a vector at the end are padded with zeros into one and go through the same formula. Element-wise IEEE
/// operations do not depend on the lane, so the width of <see cref="Vector{T}"/> and the position in the range change no bit, and the
/// formula stands in one place.
/// </remarks>
internal static unsafe class ElementUpdate
{
    /// <summary>Updates n elements. The state vectors lie one after the other, n apart.</summary>
    /// <returns>Whether all new weights are finite.</returns>
    public static bool Run<TRule>(
        TRule rule,
        ReadOnlySpan<float> gradientSum,
        ReadOnlySpan<float> weights,
        Span<float> updated,
        Span<float> state)
        where TRule : struct, IElementRule
    {
        var length = gradientSum.Length;
        var finite = Vector<int>.AllBitsSet;
        var largest = new Vector<float>(float.MaxValue);
        fixed (float* g = gradientSum, w = weights, u = updated, s = state)
        {
            var index = 0;
            for (; index <= length - Vector<float>.Count; index += Vector<float>.Count)
            {
                var first = TRule.StateVectors > 0 ? Vector.Load(s + index) : default;
                var second = TRule.StateVectors > 1 ? Vector.Load(s + length + index) : default;
                var next = rule.Apply(Vector.Load(g + index), Vector.Load(w + index), ref first, ref second);
                finite &= Vector.LessThanOrEqual(Vector.Abs(next), largest);
                next.Store(u + index);
                if (TRule.StateVectors > 0)
                    first.Store(s + index);
                if (TRule.StateVectors > 1)
                    second.Store(s + length + index);
            }

            if (index < length)
            {
                var rest = length - index;
                var first = TRule.StateVectors > 0 ? LoadPart(s + index, rest) : default;
                var second = TRule.StateVectors > 1 ? LoadPart(s + length + index, rest) : default;
                var next = rule.Apply(LoadPart(g + index, rest), LoadPart(w + index, rest), ref first, ref second);
                // The padding's results are finite: zero gradient, zero weight, zero state.
                finite &= Vector.LessThanOrEqual(Vector.Abs(next), largest);
                StorePart(next, u + index, rest);
                if (TRule.StateVectors > 0)
                    StorePart(first, s + index, rest);
                if (TRule.StateVectors > 1)
                    StorePart(second, s + length + index, rest);
            }
        }

        return finite == Vector<int>.AllBitsSet;
    }

    private static Vector<float> LoadPart(float* source, int count)
    {
        var vector = Vector<float>.Zero;
        new ReadOnlySpan<float>(source, count).CopyTo(Elements(ref vector));
        return vector;
    }

    private static void StorePart(Vector<float> vector, float* target, int count) =>
        Elements(ref vector)[..count].CopyTo(new Span<float>(target, count));

    private static Span<float> Elements(ref Vector<float> vector) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<Vector<float>, float>(ref vector), Vector<float>.Count);
}
