using System.Buffers.Binary;
using System.IO.Compression;

namespace Distributed.Data.Tests;

/// <summary>Writes IDX files as the format's description says, for tests.</summary>
internal static class IdxBytes
{
    public static byte[] Of(byte[] elements, params int[] dimensions)
    {
        var header = new byte[4 + 4 * dimensions.Length];
        header[2] = 0x08;
        header[3] = (byte)dimensions.Length;
        for (var d = 0; d < dimensions.Length; d++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * d), dimensions[d]);
        return [.. header, .. elements];
    }

    public static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>Ten images of 2 × 3 with the labels 3 and 5 in turn; pixel p of image i is 10·i + p.</summary>
    public static (byte[] Images, byte[] Labels) Small()
    {
        var pixels = Enumerable.Range(0, 10).SelectMany(i => Enumerable.Range(0, 6).Select(p => (byte)(10 * i + p))).ToArray();
        var labels = Enumerable.Range(0, 10).Select(i => (byte)(i % 2 == 0 ? 3 : 5)).ToArray();
        return (Of(pixels, 10, 2, 3), Of(labels, 10));
    }
}
