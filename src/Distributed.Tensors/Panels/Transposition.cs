using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Tensors.Panels;

/// <summary>An 8 × 8 block of floats turned about its diagonal in registers. It moves bits and computes none.</summary>
internal static unsafe class Transposition
{
    /// <summary>Whether the machine has the registers; otherwise callers copy element by element.</summary>
    public static bool IsSupported => Avx.IsSupported;

    /// <summary>Rows in, columns out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(
        ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3,
        ref Vector256<float> r4, ref Vector256<float> r5, ref Vector256<float> r6, ref Vector256<float> r7)
    {
        var a0 = Avx.UnpackLow(r0, r1);
        var a1 = Avx.UnpackHigh(r0, r1);
        var a2 = Avx.UnpackLow(r2, r3);
        var a3 = Avx.UnpackHigh(r2, r3);
        var a4 = Avx.UnpackLow(r4, r5);
        var a5 = Avx.UnpackHigh(r4, r5);
        var a6 = Avx.UnpackLow(r6, r7);
        var a7 = Avx.UnpackHigh(r6, r7);

        var b0 = Avx.Shuffle(a0, a2, 0x44);
        var b1 = Avx.Shuffle(a0, a2, 0xEE);
        var b2 = Avx.Shuffle(a1, a3, 0x44);
        var b3 = Avx.Shuffle(a1, a3, 0xEE);
        var b4 = Avx.Shuffle(a4, a6, 0x44);
        var b5 = Avx.Shuffle(a4, a6, 0xEE);
        var b6 = Avx.Shuffle(a5, a7, 0x44);
        var b7 = Avx.Shuffle(a5, a7, 0xEE);

        r0 = Avx.Permute2x128(b0, b4, 0x20);
        r1 = Avx.Permute2x128(b1, b5, 0x20);
        r2 = Avx.Permute2x128(b2, b6, 0x20);
        r3 = Avx.Permute2x128(b3, b7, 0x20);
        r4 = Avx.Permute2x128(b0, b4, 0x31);
        r5 = Avx.Permute2x128(b1, b5, 0x31);
        r6 = Avx.Permute2x128(b2, b6, 0x31);
        r7 = Avx.Permute2x128(b3, b7, 0x31);
    }

    /// <summary>Eight rows of eight floats from <paramref name="source"/> to eight rows that are its columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(float* source, nint sourceRow, float* target, nint targetRow)
    {
        var r0 = Vector256.Load(source);
        var r1 = Vector256.Load(source + sourceRow);
        var r2 = Vector256.Load(source + 2 * sourceRow);
        var r3 = Vector256.Load(source + 3 * sourceRow);
        var r4 = Vector256.Load(source + 4 * sourceRow);
        var r5 = Vector256.Load(source + 5 * sourceRow);
        var r6 = Vector256.Load(source + 6 * sourceRow);
        var r7 = Vector256.Load(source + 7 * sourceRow);
        Turn(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        r0.Store(target);
        r1.Store(target + targetRow);
        r2.Store(target + 2 * targetRow);
        r3.Store(target + 3 * targetRow);
        r4.Store(target + 4 * targetRow);
        r5.Store(target + 5 * targetRow);
        r6.Store(target + 6 * targetRow);
        r7.Store(target + 7 * targetRow);
    }

    /// <summary>The same, and <paramref name="sum"/> + the eight stored rows, added one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> CopyAndAdd(float* source, nint sourceRow, float* target, nint targetRow, Vector256<float> sum)
    {
        var r0 = Vector256.Load(source);
        var r1 = Vector256.Load(source + sourceRow);
        var r2 = Vector256.Load(source + 2 * sourceRow);
        var r3 = Vector256.Load(source + 3 * sourceRow);
        var r4 = Vector256.Load(source + 4 * sourceRow);
        var r5 = Vector256.Load(source + 5 * sourceRow);
        var r6 = Vector256.Load(source + 6 * sourceRow);
        var r7 = Vector256.Load(source + 7 * sourceRow);
        Turn(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        r0.Store(target);
        r1.Store(target + targetRow);
        r2.Store(target + 2 * targetRow);
        r3.Store(target + 3 * targetRow);
        r4.Store(target + 4 * targetRow);
        r5.Store(target + 5 * targetRow);
        r6.Store(target + 6 * targetRow);
        r7.Store(target + 7 * targetRow);
        return sum + r0 + r1 + r2 + r3 + r4 + r5 + r6 + r7;
    }
}
