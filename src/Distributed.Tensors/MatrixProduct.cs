using Distributed.Tensors.Panels;
using Distributed.Tensors.Products;

namespace Distributed.Tensors;

/// <summary>
/// Products of row-major float32 matrices, in all transposed forms. Each element of the result is one chain of fused multiply-adds in
/// ascending depth, from zero or from what the result holds: <c>c = fma(a[i, k], b[k, j], c)</c>. Blocks, tiles and register width
/// change the speed and no bit.
/// </summary>
public static unsafe class MatrixProduct
{
    /// <summary>C = A · B, or C += A · B.</summary>
    /// <param name="a">[rows × depth] row-major; if <paramref name="transposeA"/>, [depth × rows], and its transpose is meant.</param>
    /// <param name="transposeA">Whether A is transposed.</param>
    /// <param name="b">The right side, packed.</param>
    /// <param name="c">[rows × columns] row-major.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="accumulate">Whether to add to <paramref name="c"/> instead of overwriting it.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Multiply(ReadOnlySpan<float> a, bool transposeA, PackedMatrix b, Span<float> c, int rows, bool accumulate = false) =>
        Multiply(MachineArithmetic.Kernels, a, transposeA, b, c, rows, accumulate);

    internal static void Multiply(Kernels kernels, ReadOnlySpan<float> a, bool transposeA, PackedMatrix b, Span<float> c, int rows, bool accumulate)
    {
        ArgumentNullException.ThrowIfNull(b);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (a.Length != (long)rows * b.Depth) throw new ArgumentException($"[{rows} × {b.Depth}] has not {a.Length} elements", nameof(a));
        if (c.Length != (long)rows * b.Columns) throw new ArgumentException($"[{rows} × {b.Columns}] has not {c.Length} elements", nameof(c));
        fixed (float* left = a, result = c)
        {
            var product = default(ProductTask);
            product.Rows = rows;
            product.Depth = b.Depth;
            product.Columns = b.Columns;
            product.A = left;
            product.RowStride = transposeA ? 1 : b.Depth;
            product.DepthStride = transposeA ? rows : 1;
            product.B = b.Panels;
            product.BPanel = (nint)b.Depth * Panel.Width;
            product.C = result;
            product.CRow = b.Columns;
            product.CPanel = Panel.Width;
            product.Accumulate = accumulate;
            kernels.Multiply(&product);
        }
    }
}
