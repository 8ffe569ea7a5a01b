using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace Distributed.Data.Compressed;

/// <summary>A format of compressed files that a library decompresses: zstd, xz, bzip2.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Magic">The first bytes of a stream of it.</param>
/// <param name="Padding">Zero bytes may follow a stream, in multiples of this; 0: none may.</param>
/// <param name="Open">Decompresses one stream; leaves the stored bytes open, standing behind what was used.</param>
internal sealed record PackedFormat(string Name, byte[] Magic, int Padding, Func<Stream, Stream> Open)
{
    /// <summary>A bzip2 stream's magic number has the block size behind it and then the magic number of a block, or of the end.</summary>
    private const int Bzip2Header = 10;

    private static readonly PackedFormat[] Known =
    [
        new("zstd", [0x28, 0xb5, 0x2f, 0xfd], 0, stored => new DecompressionStream(stored)),
        new("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 4, stored => new XZStream(stored)),
        new("bzip2", "BZh"u8.ToArray(), 0, stored => BZip2Stream.Create(stored, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true)),
    ];

    /// <summary>The format that begins at the stream's position; null for another. The stream stays where it is.</summary>
    public static PackedFormat? At(Stream stored)
    {
        Span<byte> first = stackalloc byte[Bzip2Header];
        var at = stored.Position;
        first = first[..stored.ReadAtLeast(first, first.Length, throwOnEndOfStream: false)];
        stored.Position = at;
        foreach (var format in Known)
            if (first.StartsWith(format.Magic) && (format.Name != "bzip2" || IsBzip2(first)))
                return format;
        return null;
    }

    /// <summary>Whether another stream of this format begins at the position.</summary>
    public bool StandsAt(Stream stored) => At(stored) == this;

    /// <summary>A header of a table may begin with BZh too.</summary>
    private static bool IsBzip2(ReadOnlySpan<byte> first) =>
        first is [_, _, _, >= (byte)'1' and <= (byte)'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59] or [_, _, _, >= (byte)'1' and <= (byte)'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
}
