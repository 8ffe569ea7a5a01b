using System.Runtime.CompilerServices;
using Distributed.Tensors.Lanes;

namespace Distributed.Tensors.Mathematics;

/// <summary>
/// Float32 functions by fixed polynomials, written once for every register width; a lane's bits do not depend on the width.
/// Coefficients of exp, log and tanh: S. L. Moshier, Cephes (single precision). Error function: N. Juffa's two-interval fit.
/// </summary>
internal static unsafe class LaneMath<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>exp x; 0 far below, infinite far above, NaN for NaN; subnormal results are rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        var high = TLanes.Broadcast(89f);
        var low = TLanes.Broadcast(-105f);
        x = TLanes.Select(TLanes.GreaterThan(x, high), high, x);
        x = TLanes.Select(TLanes.LessThan(x, low), low, x);

        // Adding 1.5·2^23 rounds to the nearest integer and leaves it in the low bits.
        var magic = TLanes.Broadcast(12582912f);
        var shifted = TLanes.MultiplyAdd(x, TLanes.Broadcast(1.44269504088896341f), magic);
        var n = TLanes.Subtract(shifted, magic);
        var r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-0.693359375f), x);
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(2.12194440e-4f), r);

        var p = TLanes.Broadcast(1.9875691500e-4f);
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(1.3981999507e-3f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(8.3334519073e-3f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(4.1665795894e-2f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(1.6666665459e-1f));
        p = TLanes.MultiplyAdd(p, r, TLanes.Broadcast(5.0000001201e-1f));
        p = TLanes.MultiplyAdd(p, TLanes.Multiply(r, r), r);
        p = TLanes.Add(p, TLanes.Broadcast(1f));

        // 2^n in two factors: the first product is exact, the second overflows or rounds into the subnormals as it should.
        var integer = TLanes.SubtractBits(shifted, magic);
        var half = TLanes.ShiftRightBits(integer, 1);
        var rest = TLanes.SubtractBits(integer, half);
        return TLanes.Multiply(TLanes.Multiply(p, PowerOfTwo(half)), PowerOfTwo(rest));
    }

    /// <summary>Natural logarithm; −∞ at 0, NaN below and for NaN, ∞ at ∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log(TVector x)
    {
        var smallestNormal = TLanes.Broadcast(1.17549435e-38f);
        var subnormal = TLanes.LessThan(x, smallestNormal);
        var m = TLanes.Select(subnormal, TLanes.Multiply(x, TLanes.Broadcast(8388608f)), x);

        // The mantissa in [sqrt ½, sqrt 2): subtract the bits of sqrt ½, so that the exponent field changes there.
        var offset = TLanes.SubtractBits(m, TLanes.BroadcastBits(0x3f3504f3));
        var exponentBits = TLanes.ShiftRightBits(offset, 23);
        m = TLanes.SubtractBits(m, TLanes.ShiftLeftBits(exponentBits, 23));
        var exponent = TLanes.BitsToFloat(exponentBits);
        exponent = TLanes.Select(subnormal, TLanes.Subtract(exponent, TLanes.Broadcast(23f)), exponent);

        var f = TLanes.Subtract(m, TLanes.Broadcast(1f));
        var z = TLanes.Multiply(f, f);
        var p = TLanes.Broadcast(7.0376836292e-2f);
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(-1.1514610310e-1f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1.1676998740e-1f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(-1.2420140846e-1f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1.4249322787e-1f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(-1.6668057665e-1f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(2.0000714765e-1f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(-2.4999993993e-1f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(3.3333331174e-1f));
        p = TLanes.Multiply(TLanes.Multiply(p, f), z);
        p = TLanes.MultiplyAdd(exponent, TLanes.Broadcast(-2.12194440e-4f), p);
        p = TLanes.MultiplyAdd(z, TLanes.Broadcast(-0.5f), p);
        var result = TLanes.MultiplyAdd(exponent, TLanes.Broadcast(0.693359375f), TLanes.Add(f, p));

        var zero = TLanes.Broadcast(0f);
        var infinity = TLanes.Broadcast(float.PositiveInfinity);
        var finite = TLanes.And(TLanes.GreaterThan(x, zero), TLanes.LessThan(x, infinity));

        // 0 → −∞; negative → NaN; ∞ and NaN → themselves.
        var negative = TLanes.Select(TLanes.LessThan(x, zero), TLanes.Broadcast(float.NaN), TLanes.Broadcast(float.NegativeInfinity));
        var special = TLanes.Select(TLanes.LessThan(x, smallestNormal), negative, x);
        return TLanes.Select(finite, result, special);
    }

    /// <summary>1 / (1 + exp(−x)), without cancellation on either side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        var e = Exp(TLanes.Or(x, TLanes.BroadcastBits(int.MinValue)));
        var one = TLanes.Broadcast(1f);
        var numerator = TLanes.Select(TLanes.LessThan(x, TLanes.Broadcast(0f)), e, one);
        return TLanes.Divide(numerator, TLanes.Add(one, e));
    }

    /// <summary>Hyperbolic tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        var sign = TLanes.And(x, TLanes.BroadcastBits(int.MinValue));
        var magnitude = TLanes.And(x, TLanes.BroadcastBits(int.MaxValue));
        var z = TLanes.Multiply(x, x);
        var p = TLanes.Broadcast(-5.70498872745e-3f);
        p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(2.06390887954e-2f));
        p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(-5.37397155531e-2f));
        p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(1.33314422036e-1f));
        p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(-3.33332819422e-1f));
        var small = TLanes.MultiplyAdd(TLanes.Multiply(p, z), x, x);

        var one = TLanes.Broadcast(1f);
        var e = Exp(TLanes.Add(magnitude, magnitude));
        var large = TLanes.Subtract(one, TLanes.Divide(TLanes.Broadcast(2f), TLanes.Add(e, one)));
        return TLanes.Select(TLanes.LessThan(magnitude, TLanes.Broadcast(0.625f)), small, TLanes.Or(large, sign));
    }

    /// <summary>The error function, 2/√π · ∫₀ˣ exp(−t²) dt.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Erf(TVector x)
    {
        var sign = TLanes.And(x, TLanes.BroadcastBits(int.MinValue));
        var t = TLanes.And(x, TLanes.BroadcastBits(int.MaxValue));
        var s = TLanes.Multiply(x, x);

        var p = TLanes.Broadcast(-5.96761703e-4f);
        p = TLanes.MultiplyAdd(p, s, TLanes.Broadcast(4.99119423e-3f));
        p = TLanes.MultiplyAdd(p, s, TLanes.Broadcast(-2.67681349e-2f));
        p = TLanes.MultiplyAdd(p, s, TLanes.Broadcast(1.12819925e-1f));
        p = TLanes.MultiplyAdd(p, s, TLanes.Broadcast(-3.76125336e-1f));
        p = TLanes.MultiplyAdd(p, s, TLanes.Broadcast(1.28379166e-1f));
        var small = TLanes.MultiplyAdd(p, x, x);

        // Beyond 4 the float nearest to erf is 1; the bound keeps the polynomial where it was fitted.
        var limit = TLanes.Broadcast(4f);
        var bounded = TLanes.Select(TLanes.GreaterThan(t, limit), limit, t);
        var square = TLanes.Multiply(bounded, bounded);
        var q = TLanes.MultiplyAdd(TLanes.Broadcast(-1.72853470e-5f), bounded, TLanes.Broadcast(3.83197126e-4f));
        var u = TLanes.MultiplyAdd(TLanes.Broadcast(-3.88396438e-3f), bounded, TLanes.Broadcast(2.42546219e-2f));
        q = TLanes.MultiplyAdd(q, square, u);
        q = TLanes.MultiplyAdd(q, bounded, TLanes.Broadcast(-1.06777877e-1f));
        q = TLanes.MultiplyAdd(q, bounded, TLanes.Broadcast(-6.34846687e-1f));
        q = TLanes.MultiplyAdd(q, bounded, TLanes.Broadcast(-1.28717512e-1f));
        q = TLanes.MultiplyAdd(q, bounded, TLanes.Subtract(TLanes.Broadcast(0f), bounded));
        var large = TLanes.Or(TLanes.Subtract(TLanes.Broadcast(1f), Exp(q)), sign);
        return TLanes.Select(TLanes.GreaterThan(t, TLanes.Broadcast(0.927734375f)), large, small);
    }

    /// <summary>2^n for an integer n in the lanes' bits, −126 ≤ n ≤ 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector PowerOfTwo(TVector n) => TLanes.ShiftLeftBits(TLanes.AddBits(n, TLanes.BroadcastBits(127)), 23);
}
