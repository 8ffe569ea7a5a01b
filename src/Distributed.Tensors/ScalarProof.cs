namespace Distributed.Tensors;

/// <summary>
/// Known answers of scalar operations: IEEE 754 with rounding to nearest, ties to even, with subnormal numbers and with a multiply-add that rounds
/// once. A library that sets the processor to another mode, a compiler that does not fuse and a broken emulator are found here.
/// </summary>
internal static class ScalarProof
{
    private const float Ulp = 1f / (1 << 23); // of 1
    private const float Least = float.Epsilon; // the least subnormal number, 2^-149
    private const float LeastNormal = 1.17549435e-38f; // 2^-126

    /// <summary>What the operations get wrong, as a sentence fragment; null when every answer has its bits.</summary>
    public static string? Refute(ScalarArithmetic arithmetic) =>
        Fused(arithmetic) ?? Rounding(arithmetic) ?? Subnormal(arithmetic) ?? Quotients(arithmetic) ?? Doubles(arithmetic);

    /// <summary>(1 + 2^-12)² = 1 + 2^-11 + 2^-24: the last term is there only when the product is not rounded.</summary>
    private static string? Fused(ScalarArithmetic arithmetic)
    {
        var factor = 1 + 1f / 4096;
        return Same(arithmetic.MultiplyAdd(factor, factor, -(1 + 1f / 2048)), 1f / (1 << 24)) && Same(arithmetic.MultiplyAdd(factor, -factor, 1 + 1f / 2048), -1f / (1 << 24))
            ? null
            : "a fused multiply-add rounds twice";
    }

    /// <summary>Ties between neighbours of either parity and sign tell the four rounding modes apart.</summary>
    private static string? Rounding(ScalarArithmetic arithmetic) =>
        Same(arithmetic.Add(1f, Ulp / 2), 1f) && Same(arithmetic.Add(1 + Ulp, Ulp / 2), 1 + 2 * Ulp) &&
        Same(arithmetic.Add(-1f, -Ulp / 2), -1f) && Same(arithmetic.Add(-1 - Ulp, -Ulp / 2), -1 - 2 * Ulp) &&
        Same(arithmetic.MultiplyAdd(1 + Ulp, 1f, Ulp / 2), 1 + 2 * Ulp)
            ? null
            : "numbers are not rounded to the nearest, ties to even";

    private static string? Subnormal(ScalarArithmetic arithmetic)
    {
        if (!Same(arithmetic.Multiply(LeastNormal, 0.5f), LeastNormal / 2) || !Same(arithmetic.MultiplyAdd(LeastNormal, 2f / (1 << 24), 0f), Least))
            return "subnormal results are flushed to zero";
        return Same(arithmetic.Add(Least, Least), 2 * Least) && Same(arithmetic.Multiply(Least, 1 << 24), LeastNormal * 2) && Same(arithmetic.MultiplyAdd(Least, 1f, Least), 2 * Least)
            ? null
            : "subnormal operands count as zero";
    }

    private static string? Quotients(ScalarArithmetic arithmetic) =>
        Bits(arithmetic.Divide(1f, 3f)) == 0x3EAAAAAB && Bits(arithmetic.Divide(2f, -3f)) == unchecked((int)0xBF2AAAAB) && Bits(arithmetic.Sqrt(2f)) == 0x3FB504F3
            ? null
            : "quotients or square roots are not exact";

    private static string? Doubles(ScalarArithmetic arithmetic)
    {
        var factor = 1 + 1d / (1 << 27);
        return BitConverter.DoubleToInt64Bits(arithmetic.Add(0.1, 0.2)) == 0x3FD3333333333334 &&
            BitConverter.DoubleToInt64Bits(arithmetic.Add(1d, 1.1102230246251565e-16)) == 0x3FF0000000000000 &&
            arithmetic.MultiplyAdd(factor, factor, -(1 + 1d / (1 << 26))) == 1d / (1L << 54)
                ? null
                : "numbers of double precision are not rounded as IEEE 754 says";
    }

    private static bool Same(float actual, float expected) => Bits(actual) == Bits(expected);

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
