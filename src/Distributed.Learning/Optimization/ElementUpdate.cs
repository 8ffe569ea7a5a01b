using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Distributed.Learning.Optimization;

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
/// formula is in one place.
/// </remarks>
internal static unsafe class ElementUpdate
{
    /// <summary>How a gradient comes: in one piece or as two addends.</summary>
    private interface IPieces
    {
        static abstract bool AreTwo { get; }
    }

    private readonly struct One : IPieces
    {
        public static bool AreTwo => false;
    }

    private readonly struct Two : IPieces
    {
        public static bool AreTwo => true;
    }

    /// <summary>Updates n elements. The state vectors lie <paramref name="stride"/> apart; the addend is empty or as long as the gradient.</summary>
    /// <returns>Whether all new weights are finite.</returns>
    public static bool Run<TRule>(
        TRule rule,
        ReadOnlySpan<float> gradientSum,
        ReadOnlySpan<float> addend,
        ReadOnlySpan<float> weights,
        Span<float> updated,
        Span<float> state,
        int stride)
        where TRule : struct, IElementRule =>
        addend.IsEmpty
            ? Run<TRule, One>(rule, gradientSum, gradientSum, weights, updated, state, stride)
            : Run<TRule, Two>(rule, gradientSum, addend, weights, updated, state, stride);

    private static bool Run<TRule, TPieces>(
        TRule rule,
        ReadOnlySpan<float> gradientSum,
        ReadOnlySpan<float> addend,
        ReadOnlySpan<float> weights,
        Span<float> updated,
        Span<float> state,
        int stride)
        where TRule : struct, IElementRule
        where TPieces : struct, IPieces
    {
        var length = gradientSum.Length;
        var whole = length - length % Vector<float>.Count;
        fixed (float* g = gradientSum, h = addend, w = weights, u = updated, s = state)
        {
            var finite = RunWhole<TRule, TPieces>(rule, g, h, w, u, s, s + stride, whole);
            return whole == length
                ? finite
                : finite & RunRest<TRule, TPieces>(rule, g + whole, h + whole, w + whole, u + whole, s + whole, s + stride + whole, length - whole);
        }
    }

    // A leaf: any call in this method, also behind the loop, would make the JIT spill the loop's registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RunWhole<TRule, TPieces>(TRule rule, float* g, float* h, float* w, float* u, float* s0, float* s1, int length)
        where TRule : struct, IElementRule
        where TPieces : struct, IPieces
    {
        var finite = Vector<int>.AllBitsSet;
        var largest = new Vector<float>(float.MaxValue);
        for (nint index = 0; index < length; index += Vector<float>.Count)
        {
            var first = TRule.StateVectors > 0 ? Vector.Load(s0 + index) : default;
            var second = TRule.StateVectors > 1 ? Vector.Load(s1 + index) : default;
            var gradient = TPieces.AreTwo ? Vector.Load(g + index) + Vector.Load(h + index) : Vector.Load(g + index);
            var next = rule.Apply(gradient, Vector.Load(w + index), ref first, ref second);
            finite &= Vector.LessThanOrEqual(Vector.Abs(next), largest);
            next.Store(u + index);
            if (TRule.StateVectors > 0)
                first.Store(s0 + index);
            if (TRule.StateVectors > 1)
                second.Store(s1 + index);
        }

        return finite == Vector<int>.AllBitsSet;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RunRest<TRule, TPieces>(TRule rule, float* g, float* h, float* w, float* u, float* s0, float* s1, int rest)
        where TRule : struct, IElementRule
        where TPieces : struct, IPieces
    {
        var first = TRule.StateVectors > 0 ? LoadPart(s0, rest) : default;
        var second = TRule.StateVectors > 1 ? LoadPart(s1, rest) : default;
        var gradient = TPieces.AreTwo ? LoadPart(g, rest) + LoadPart(h, rest) : LoadPart(g, rest);
        var next = rule.Apply(gradient, LoadPart(w, rest), ref first, ref second);
        StorePart(next, u, rest);
        if (TRule.StateVectors > 0)
            StorePart(first, s0, rest);
        if (TRule.StateVectors > 1)
            StorePart(second, s1, rest);

        // The padding's results are finite: zero gradient, zero weight, zero state.
        return Vector.LessThanOrEqualAll(Vector.Abs(next), new Vector<float>(float.MaxValue));
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
