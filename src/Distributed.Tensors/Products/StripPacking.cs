namespace Distributed.Tensors.Products;

/// <summary>
/// The left side of a product in the order in which the register tiles read it: strip after strip of <see cref="Strips"/> rows, each
/// strip depth by depth. Row r of a strip of h rows that starts at row s lies at s · depth + p · h + (r − s).
/// </summary>
internal static unsafe class StripPacking
{
    /// <summary>Packs A [rows × depth], element (r, p) at r · rowStride + p · depthStride, into <paramref name="target"/>.</summary>
    public static void Pack(float* a, nint rowStride, nint depthStride, int rows, int depth, float* target)
    {
        for (var s = 0; s < rows;)
        {
            var height = Strips.HeightOf(rows - s);
            for (var p = 0; p < depth; p++)
            {
                var source = a + s * rowStride + p * depthStride;
                for (var i = 0; i < height; i++) *target++ = source[i * rowStride];
            }

            s += height;
        }
    }
}
