using Distributed.Tensors.Memory;
using Distributed.Tensors.Panels;
using Distributed.Tensors.Products;

namespace Distributed.Tensors;

/// <summary>
/// Compares kernels with scalar chains on small tasks of hard cases: subnormal numbers, ties, large cancellations, and sizes that end within a register
/// and within a tile.
/// </summary>
internal static unsafe class KernelProof
{
    private const int Rows = 7, Depth = 5, Columns = 19; // whole tiles and the rests of tiles
    private const int Classes = 3, Samples = 19;

    /// <summary>FNV-1a over the bits of the softmax of <see cref="Logit"/>, as scalar lanes compute it; a test compares it with them.</summary>
    internal const ulong SoftmaxBits = 0xc4bc7334ca3f63c7;

    /// <summary>No two of them cancel to an infinity or a NaN, whose bits a machine may choose.</summary>
    private static ReadOnlySpan<float> Hard =>
    [
        1 + 1f / 4096, -1f, 1f / (1 << 24), 1.17549435e-38f, float.Epsilon, -float.Epsilon, 16777216f, -16777215f, 1.1529215e18f, -1.1529215e18f, 0.1f,
        -0f, 1 - 1f / (1 << 24), -1.5f, 1f / (1 << 23), 3.0e-39f, 1 + 1f / (1 << 23),
    ];

    /// <summary>What the kernels get wrong, as a sentence fragment; null when every case has its bits.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="arithmetic">Scalar operations that are proven.</param>
    public static string? Refute(Kernels kernels, ScalarArithmetic arithmetic) =>
        Product(kernels, arithmetic) ?? Scaling(kernels, arithmetic) ?? Softmax(kernels);

    private static string? Product(Kernels kernels, ScalarArithmetic arithmetic)
    {
        Span<float> a = stackalloc float[Rows * Depth], b = stackalloc float[Depth * Columns];
        Span<float> first = stackalloc float[Rows * Columns], expected = stackalloc float[Rows * Columns];
        for (var i = 0; i < a.Length; i++) a[i] = Hard[(i * 7 + 3) % Hard.Length];
        for (var i = 0; i < b.Length; i++) b[i] = Hard[(i * 5 + 1) % Hard.Length];
        var packed = new PackedMatrix(Depth, Columns);
        packed.Pack(b);
        first.Clear();
        expected.Clear();
        foreach (var accumulate in (ReadOnlySpan<bool>)[false, true])
        {
            MatrixProduct.Multiply(kernels, a, transposeA: false, packed, first, Rows, accumulate);
            for (var i = 0; i < Rows; i++)
            {
                for (var j = 0; j < Columns; j++)
                {
                    var chain = accumulate ? expected[i * Columns + j] : 0f;
                    for (var k = 0; k < Depth; k++) chain = arithmetic.MultiplyAdd(a[i * Depth + k], b[k * Columns + j], chain);
                    expected[i * Columns + j] = chain;
                    if (Bits(chain) != Bits(first[i * Columns + j])) return "a matrix product differs from its chain of fused multiply-adds";
                }
            }
        }
        return null;
    }

    private static string? Scaling(Kernels kernels, ScalarArithmetic arithmetic)
    {
        const int count = 32;
        float* values = stackalloc float[count], factors = stackalloc float[count];
        for (var i = 0; i < count; i++) (values[i], factors[i]) = (Hard[i % Hard.Length], Hard[(i * 3 + 2) % Hard.Length]);
        kernels.Scale(values, null, factors, count);
        for (var i = 0; i < count; i++)
            if (Bits(values[i]) != Bits(arithmetic.Multiply(Hard[i % Hard.Length], factors[i]))) return "a product of elements is not rounded once";
        return null;
    }

    private static string? Softmax(Kernels kernels) =>
        HashOfSoftmax(kernels) == SoftmaxBits ? null : "exponentials or quotients differ from their scalar form";

    internal static ulong HashOfSoftmax(Kernels kernels)
    {
        var panels = new AlignedBuffer(Panel.Size(Classes, Samples));
        var values = panels.Pointer;
        for (var i = 0; i < Panel.Size(Classes, Samples); i++) values[i] = Logit(i);
        kernels.Softmax(values, Classes, Samples);
        var hash = 14695981039346656037UL;
        for (var c = 0; c < Classes; c++)
        {
            for (var s = 0; s < Samples; s++)
                hash = (hash ^ (uint)Bits(values[s / Panel.Width * Classes * Panel.Width + c * Panel.Width + s % Panel.Width])) * 1099511628211UL;
        }
        return hash;
    }

    /// <summary>Logits from -90 to 90, and subnormal ones.</summary>
    internal static float Logit(int index) => index % 5 == 4 ? Hard[index % 3 + 3] : ((index * 37 + 11) % 181 - 90) * 1f;

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
