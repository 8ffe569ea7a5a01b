using Distributed.Tensors.Lanes;
using Distributed.Tensors.Products;

namespace Distributed.Tensors.Tests;

public sealed class MatrixProductTests
{
    public static TheoryData<int, int, int> Sizes()
    {
        var data = new TheoryData<int, int, int>();
        int[] awkward = [0, 1, 2, 5, 7, 8, 9, 13, 15, 16, 17, 31, 33];
        foreach (var rows in awkward)
        {
            foreach (var columns in awkward)
            {
                foreach (var depth in new[] { 0, 1, 3, 16, 17 }) data.Add(rows, columns, depth);
            }
        }

        // Edges of the depth and row blocks, and of the last strips of rows.
        data.Add(6, 16, 431);
        data.Add(6, 16, 432);
        data.Add(6, 16, 433);
        data.Add(7, 17, 865);
        data.Add(203, 18, 20);
        data.Add(204, 33, 3);
        data.Add(205, 15, 449);
        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_form_and_width_gives_the_bits_of_the_scalar_loop(int rows, int columns, int depth)
    {
        const int seed = 11;
        var random = new Random(seed + rows * 7919 + columns * 104729 + depth);
        var a = Floats(random, rows * depth);
        var b = Floats(random, depth * columns);
        var start = Floats(random, rows * columns);
        var aTransposed = Transpose(a, rows, depth);
        var bTransposed = Transpose(b, depth, columns);
        foreach (var accumulate in new[] { false, true })
        {
            var expected = new float[rows * columns];
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < columns; j++)
                {
                    var sum = accumulate ? start[i * columns + j] : 0f;
                    for (var k = 0; k < depth; k++) sum = MathF.FusedMultiplyAdd(a[i * depth + k], b[k * columns + j], sum);
                    expected[i * columns + j] = sum;
                }
            }

            foreach (var width in Enum.GetValues<KernelWidth>())
            {
                foreach (var (transposeA, transposeB) in new[] { (false, false), (false, true), (true, false), (true, true) })
                {
                    var packed = new PackedMatrix(depth, columns);
                    packed.Pack(transposeB ? bTransposed : b, transposeB);
                    var c = start.ToArray();
                    MatrixProduct.Multiply(Kernels.For(width), transposeA ? aTransposed : a, transposeA, packed, c, rows, accumulate);
                    Assert.True(Bits.Same(expected, c), $"{rows} × {columns} × {depth}, {width}, A {transposeA}, B {transposeB}, += {accumulate}, seed {seed}");
                }
            }
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var packed = new PackedMatrix(3, 2);
        Assert.Throws<ArgumentException>(() => packed.Pack(new float[5]));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(new float[5], false, packed, new float[4], 2));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(new float[6], false, packed, new float[3], 2));
    }

    private static float[] Floats(Random random, int count)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = random.NextSingle() * 2 - 1;
        return values;
    }

    private static float[] Transpose(float[] matrix, int rows, int columns)
    {
        var transposed = new float[matrix.Length];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) transposed[j * rows + i] = matrix[i * columns + j];
        }

        return transposed;
    }
}
