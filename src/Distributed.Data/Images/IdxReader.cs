using System.Buffers.Binary;
using System.Globalization;
using Distributed.Data.Compressed;

namespace Distributed.Data.Images;

/// <summary>
/// Reads IDX files of unsigned bytes, gzipped or not (Y. LeCun, "The MNIST database": two zero bytes, the element type, the number
/// of dimensions, each dimension as big-endian int32, then the elements). Every claim of the header is checked against the file
/// before memory is taken.
/// </summary>
internal static class IdxReader
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Deflate cannot unpack to more than this times its size (RFC 1951; zlib's "maximum compression factor").</summary>
    private const long LargestExpansion = 1032;

    /// <summary>Reads an images file.</summary>
    public static ImageSet ReadImages(OpenedFile file)
    {
        var (dimensions, elements) = Read(file, 3, "images");
        return new ImageSet(file.Name, dimensions[0], dimensions[1], dimensions[2], elements, []);
    }

    /// <summary>Reads a labels file.</summary>
    public static byte[] ReadLabels(OpenedFile file) => Read(file, 1, "labels").Elements;

    private static (int[] Dimensions, byte[] Elements) Read(OpenedFile file, int rank, string what)
    {
        try
        {
            return ReadChecked(file, rank, what);
        }
        catch (EndOfStreamException error)
        {
            throw new DataException("the file ends early", "fetch the file again", file.Name, inner: error);
        }
    }

    private static (int[] Dimensions, byte[] Elements) ReadChecked(OpenedFile file, int rank, string what)
    {
        var header = new byte[4 + 4 * rank];
        var read = file.Content.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < 4 || header[0] != 0 || header[1] != 0)
            throw new DataException(
                read == 0 ? "the file is empty" : "this is not an IDX file",
                $"an IDX {what} file begins with the bytes 00 00 08 0{rank}", file.Name);
        if (header[2] != UnsignedByte || header[3] != rank)
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"the IDX header says type 0x{header[2]:x2} with {header[3]} dimension(s)"),
                $"{what} are unsigned bytes (0x08) with {rank} dimension{(rank == 1 ? "" : "s")}", file.Name);
        if (read < header.Length)
            throw new DataException("the file ends inside its IDX header", "fetch the file again", file.Name);

        var dimensions = new int[rank];
        var count = 1L;
        for (var d = 0; d < rank; d++)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * d));
            if (size == 0 || size > DataLimits.Values || (count *= size) > DataLimits.Values)
                throw new DataException(
                    string.Create(CultureInfo.InvariantCulture, $"dimension {d + 1} of the IDX header is {size}"),
                    string.Create(CultureInfo.InvariantCulture, $"each is at least 1, and their product at most {DataLimits.Values}"),
                    file.Name);
            dimensions[d] = (int)size;
        }

        var possible = file.IsPacked ? file.Length * LargestExpansion : file.Length - header.Length;
        if (count > possible)
            throw Ends(file, count, possible);
        var elements = GC.AllocateUninitializedArray<byte>((int)count);
        read = file.Content.ReadAtLeast(elements, elements.Length, throwOnEndOfStream: false);
        if (read < elements.Length)
            throw Ends(file, count, read);
        if (file.Content.ReadByte() >= 0)
            throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"the file goes on after the {count} bytes that its header announces"),
                "fetch the file again", file.Name);
        return (dimensions, elements);
    }

    private static DataException Ends(OpenedFile file, long announced, long found) => new(
        string.Create(CultureInfo.InvariantCulture, $"the file ends early: its header announces {announced} bytes, at most {found} follow"),
        "fetch the file again", file.Name);
}
