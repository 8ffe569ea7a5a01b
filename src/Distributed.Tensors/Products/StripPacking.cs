using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Distributed.Tensors.Panels;

namespace Distributed.Tensors.Products;

/// <summary>
/// The left side of a product in the order in which the register tiles read it: strip after strip of <see cref="Strips"/> rows, each
/// strip depth by depth. Row r of a strip of h rows that starts at row s lies at s · depth + p · h + (r − s).
/// </summary>
internal static unsafe class StripPacking
{
    /// <summary>Floats that a target must have room for beyond rows · depth: whole registers are stored.</summary>
    public const int Slack = 16;

    private const int Block = 8;
    private const int DepthBlock = 32;

    /// <summary>
    /// A is stored depth by depth: element (r, p) at p · <paramref name="depthStride"/> + r. The strips are those of a product of
    /// <paramref name="rows"/> + <paramref name="below"/> rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackRows(float* a, nint depthStride, int rows, int below, int depth, float* target)
    {
        // Whole registers may be read only where A continues behind them.
        var lastRead = a + (depth - 1) * depthStride + rows - Block;
        for (var from = 0; from < depth; from += DepthBlock)
        {
            var to = Math.Min(depth, from + DepthBlock);
            for (var s = 0; s < rows;)
            {
                var height = Strips.HeightOf(rows + below - s);
                var into = target + (nint)s * depth + (nint)from * height;
                var source = a + from * depthStride + s;
                if (Sse.IsSupported && to < depth) PrefetchRows(a, depthStride, rows, to, depth, s);
                var p = from;
                if (Vector256.IsHardwareAccelerated)
                {
                    // Each store spills into the next depths' places and the next stores put that right; the last must not spill
                    // into the next strip, whose first depths are there already.
                    var end = to == depth ? to - (Block + height - 1) / height + 1 : to;
                    for (; p < end && source <= lastRead; p++)
                    {
                        Vector256.Load(source).Store(into);
                        into += height;
                        source += depthStride;
                    }
                }

                for (; p < to; p++)
                {
                    for (var i = 0; i < height; i++) into[i] = source[i];
                    into += height;
                    source += depthStride;
                }

                s += height;
            }
        }
    }

    /// <summary>Prefetches the strip's share of the next depth block: a row of A may be in a separate page, which hardware does not prefetch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRows(float* a, nint depthStride, int rows, int next, int depth, int s)
    {
        var first = next + (int)((long)DepthBlock * s / rows);
        var last = Math.Min(depth, next + (int)((long)DepthBlock * (s + Strips.Height) / rows));
        for (var p = first; p < last; p++)
        {
            var line = a + p * depthStride;
            for (var i = 0; i < rows; i += Panel.Width) Sse.Prefetch0(line + i);
        }
    }

    /// <summary>
    /// A is stored row by row: element (r, p) at r · <paramref name="rowStride"/> + p, but after each <paramref name="groupDepth"/> depths
    /// <paramref name="groupStride"/> further on instead. The strips are those of a product of <paramref name="rows"/> +
    /// <paramref name="below"/> rows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackColumns(float* a, nint rowStride, int groupDepth, nint groupStride, int rows, int below, int depth, float* target)
    {
        for (var s = 0; s < rows;)
        {
            var height = Strips.HeightOf(rows + below - s);
            for (var from = 0; from < depth; from += groupDepth)
            {
                var source = a + s * rowStride + from / groupDepth * groupStride;
                var run = Math.Min(groupDepth, depth - from);
                var p = 0;
                if (Transposition.IsSupported)
                {
                    for (; p + Block <= run; p += Block) PackBlock(source + p, rowStride, height, target + (nint)p * height);
                }

                for (; p < run; p++)
                {
                    for (var i = 0; i < height; i++) target[(nint)p * height + i] = source[i * rowStride + p];
                }

                target += (nint)run * height;
            }

            s += height;
        }
    }

    /// <summary>Eight depths of one strip; stores spill beyond their rows and the next ones overwrite the surplus.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackBlock(float* source, nint rowStride, int height, float* target)
    {
        // Missing rows repeat the last one; what comes of them is overwritten.
        var last = height - 1;
        var r0 = Vector256.Load(source);
        var r1 = Vector256.Load(source + Math.Min(1, last) * rowStride);
        var r2 = Vector256.Load(source + Math.Min(2, last) * rowStride);
        var r3 = Vector256.Load(source + Math.Min(3, last) * rowStride);
        var r4 = Vector256.Load(source + Math.Min(4, last) * rowStride);
        var r5 = Vector256.Load(source + last * rowStride);
        var r6 = r5;
        var r7 = r5;
        Transposition.Turn(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        r0.Store(target);
        r1.Store(target + height);
        r2.Store(target + 2 * height);
        r3.Store(target + 3 * height);
        r4.Store(target + 4 * height);
        r5.Store(target + 5 * height);
        r6.Store(target + 6 * height);
        r7.Store(target + 7 * height);
    }
}
