using Distributed.Tensors.Lanes;

namespace Distributed.Tensors.Mathematics;

/// <summary>
/// Transcendental functions with the same bits on every system: fixed polynomials over + − × ÷ √ and fused multiply-add.
/// The C library's differ between systems, so nothing that can reach a weight may use them. Float forms err by a few units in the
/// last place, double forms by about two.
/// </summary>
public static class DeterministicMath
{
    private const double Log2E = 1.4426950408889634;
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>exp <paramref name="x"/>.</summary>
    public static float Exp(float x) => LaneMath<ScalarLanes, float>.Exp(x);

    /// <summary>Natural logarithm; −∞ at 0, NaN below.</summary>
    public static float Log(float x) => LaneMath<ScalarLanes, float>.Log(x);

    /// <summary>Hyperbolic tangent.</summary>
    public static float Tanh(float x) => LaneMath<ScalarLanes, float>.Tanh(x);

    /// <summary>1 / (1 + exp(−x)).</summary>
    public static float Sigmoid(float x) => LaneMath<ScalarLanes, float>.Sigmoid(x);

    /// <summary>The error function.</summary>
    public static float Erf(float x) => LaneMath<ScalarLanes, float>.Erf(x);

    /// <summary>Sine of <paramref name="x"/> radians; NaN beyond a magnitude of 2^20.</summary>
    public static float Sin(float x) => (float)Sin((double)x);

    /// <summary>Cosine of <paramref name="x"/> radians; NaN beyond a magnitude of 2^20.</summary>
    public static float Cos(float x) => (float)Cos((double)x);

    /// <summary><paramref name="x"/> to an integer power, by repeated squaring.</summary>
    public static float Pow(float x, long n) => (float)Pow((double)x, n);

    /// <summary>exp <paramref name="x"/>; 0 below −746, infinite above 710.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 710) return double.PositiveInfinity;
        if (x < -746) return 0;

        var n = Math.Round(x * Log2E);
        var r = Math.FusedMultiplyAdd(n, -Ln2High, x);
        r = Math.FusedMultiplyAdd(n, -Ln2Low, r);

        // Taylor to r^13 / 13!; |r| ≤ ½ ln 2, so the next term is below 5e−18.
        var p = 1.0 / 6227020800;
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 479001600);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 39916800);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 3628800);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 362880);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 40320);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 5040);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 720);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 120);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 24);
        p = Math.FusedMultiplyAdd(p, r, 1.0 / 6);
        p = Math.FusedMultiplyAdd(p, r, 0.5);
        p = Math.FusedMultiplyAdd(p, r * r, r) + 1;

        var integer = (int)n;
        var half = integer >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo(integer - half);
    }

    /// <summary>Natural logarithm; −∞ at 0, NaN below. Method and coefficients: Sun's fdlibm, e_log.c.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        var exponent = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0; // 2^54
            exponent = -54;
        }

        var bits = BitConverter.DoubleToInt64Bits(x);
        var shift = (int)((bits - 0x3fe6a09e667f3bcdL) >> 52);
        exponent += shift;
        var f = BitConverter.Int64BitsToDouble(bits - ((long)shift << 52)) - 1;

        var s = f / (2 + f);
        var z = s * s;
        var p = 1.479819860511658591e-01;
        p = Math.FusedMultiplyAdd(p, z, 1.531383769920937332e-01);
        p = Math.FusedMultiplyAdd(p, z, 1.818357216161805012e-01);
        p = Math.FusedMultiplyAdd(p, z, 2.222219843214978396e-01);
        p = Math.FusedMultiplyAdd(p, z, 2.857142874366239149e-01);
        p = Math.FusedMultiplyAdd(p, z, 3.999999999940941908e-01);
        p = Math.FusedMultiplyAdd(p, z, 6.666666666666735130e-01);
        var remainder = p * z;
        var halfSquare = 0.5 * f * f;
        return exponent * Ln2High - (halfSquare - (s * (halfSquare + remainder) + exponent * Ln2Low) - f);
    }

    /// <summary>Hyperbolic tangent.</summary>
    public static double Tanh(double x)
    {
        var magnitude = Math.Abs(x);
        if (magnitude < 1)
        {
            // tanh = sinh / √(1 + sinh²), sinh by its Taylor series to x^19 / 19!.
            var z = x * x;
            var p = 1.0 / 121645100408832000;
            p = Math.FusedMultiplyAdd(p, z, 1.0 / 355687428096000);
            p = Math.FusedMultiplyAdd(p, z, 1.0 / 1307674368000);
            p = Math.FusedMultiplyAdd(p, z, 1.0 / 6227020800);
            p = Math.FusedMultiplyAdd(p, z, 1.0 / 39916800);
            p = Math.FusedMultiplyAdd(p, z, 1.0 / 362880);
            p = Math.FusedMultiplyAdd(p, z, 1.0 / 5040);
            p = Math.FusedMultiplyAdd(p, z, 1.0 / 120);
            p = Math.FusedMultiplyAdd(p, z, 1.0 / 6);
            var sinh = Math.FusedMultiplyAdd(p * z, x, x);
            return sinh / Math.Sqrt(Math.FusedMultiplyAdd(sinh, sinh, 1));
        }

        return Math.CopySign(1 - 2 / (Exp(2 * magnitude) + 1), x);
    }

    /// <summary>1 / (1 + exp(−x)), without cancellation on either side.</summary>
    public static double Sigmoid(double x)
    {
        var e = Exp(-Math.Abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /// <summary>The error function: exp(−x²) · 2/√π · Σ 2ⁿ x^(2n+1) / (2n+1)!!, all terms of one sign. For accuracy, not for speed.</summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x)) return x;
        if (Math.Abs(x) > 6) return Math.CopySign(1, x);

        var square = x * x;
        var low = Math.FusedMultiplyAdd(x, x, -square);
        var term = x;
        var sum = x;
        for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * square / (2 * n + 1);
            sum += term;
        }

        return Exp(-square) * (1 - low) * 1.1283791670955126 * sum;
    }

    /// <summary>Sine of <paramref name="x"/> radians; NaN beyond a magnitude of 2^20. Coefficients: fdlibm, k_sin.c.</summary>
    public static double Sin(double x)
    {
        var (quadrant, high, low) = ReduceToQuarterTurn(x);
        var value = (quadrant & 1) == 0 ? SinKernel(high, low) : CosKernel(high, low);
        return (quadrant & 2) == 0 ? value : -value;
    }

    /// <summary>Cosine of <paramref name="x"/> radians; NaN beyond a magnitude of 2^20. Coefficients: fdlibm, k_cos.c.</summary>
    public static double Cos(double x)
    {
        var (quadrant, high, low) = ReduceToQuarterTurn(x);
        var value = (quadrant & 1) == 0 ? CosKernel(high, low) : SinKernel(high, low);
        return ((quadrant + 1) & 2) == 0 ? value : -value;
    }

    /// <summary><paramref name="x"/> to an integer power, by repeated squaring; a negative <paramref name="n"/> gives 1 / x^−n.</summary>
    public static double Pow(double x, long n)
    {
        var exponent = n < 0 ? 0UL - (ulong)n : (ulong)n;
        var result = 1.0;
        for (var square = x; exponent != 0; exponent >>= 1, square *= square)
        {
            if ((exponent & 1) != 0) result *= square;
        }

        return n < 0 ? 1 / result : result;
    }

    private static double PowerOfTwo(int n) => BitConverter.Int64BitsToDouble((long)(n + 1023) << 52);

    /// <summary>x − quadrant · π/2 as high + low, |high| ≤ π/4; Cody and Waite's reduction with π/2 in three parts.</summary>
    private static (int Quadrant, double High, double Low) ReduceToQuarterTurn(double x)
    {
        if (!(Math.Abs(x) <= 1048576)) return (0, double.NaN, double.NaN);

        // The first two parts have 33 bits each, so their products with n are exact.
        var n = Math.Round(x * 0.63661977236758134308);
        var first = x - n * 1.57079632673412561417;
        var second = n * 6.07710050630396597660e-11;
        var rest = first - second;
        var lost = first - rest - second;
        var tail = lost - n * 2.02226624879595063154e-21;
        var high = rest + tail;
        return ((int)n & 3, high, rest - high + tail);
    }

    private static double SinKernel(double x, double low)
    {
        var z = x * x;
        var v = z * x;
        var r = 1.58969099521155010221e-10;
        r = Math.FusedMultiplyAdd(r, z, -2.50507602534068634195e-08);
        r = Math.FusedMultiplyAdd(r, z, 2.75573137070700676789e-06);
        r = Math.FusedMultiplyAdd(r, z, -1.98412698298579493134e-04);
        r = Math.FusedMultiplyAdd(r, z, 8.33333333332248946124e-03);
        return x - (z * (0.5 * low - v * r) - low - v * -1.66666666666666324348e-01);
    }

    private static double CosKernel(double x, double low)
    {
        var z = x * x;
        var r = -1.13596475577881948265e-11;
        r = Math.FusedMultiplyAdd(r, z, 2.08757232129817482790e-09);
        r = Math.FusedMultiplyAdd(r, z, -2.75573143513906633035e-07);
        r = Math.FusedMultiplyAdd(r, z, 2.48015872894767294178e-05);
        r = Math.FusedMultiplyAdd(r, z, -1.38888888888741095749e-03);
        r = Math.FusedMultiplyAdd(r, z, 4.16666666666666019037e-02);
        r *= z;
        var half = 0.5 * z;
        var w = 1 - half;
        return w + (1 - w - half + (z * r - x * low));
    }
}
