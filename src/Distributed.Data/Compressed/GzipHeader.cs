using System.Buffers.Binary;
using System.IO.Hashing;

namespace Distributed.Data.Compressed;

/// <summary>What is wrong with a gzip member's header.</summary>
internal enum GzipHeaderFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The file ends inside it.</summary>
    EndsEarly,

    /// <summary>It is not a gzip header, or its checksum is wrong.</summary>
    Damaged,
}

/// <summary>The header of a gzip member (RFC 1952, section 2.3): 10 bytes, then the parts that its flags announce.</summary>
internal static class GzipHeader
{
    private const int FixedLength = 10;
    private const byte Deflate = 8;
    private const int HasHeaderChecksum = 0x02;
    private const int HasExtraField = 0x04;
    private const int HasName = 0x08;
    private const int HasComment = 0x10;
    private const int ReservedFlags = 0xe0;

    /// <summary>Whether the next two bytes begin a member; the stream stays where it is.</summary>
    public static bool StandsAt(Stream stored)
    {
        var at = stored.Position;
        Span<byte> magic = stackalloc byte[2];
        var found = stored.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
        stored.Position = at;
        return found;
    }

    /// <summary>Reads over a header.</summary>
    /// <param name="stored">Positioned at the header, afterwards at the deflate data.</param>
    public static GzipHeaderFault Skip(Stream stored)
    {
        var start = stored.Position;
        Span<byte> header = stackalloc byte[FixedLength];
        if (stored.ReadAtLeast(header, FixedLength, throwOnEndOfStream: false) < FixedLength)
            return GzipHeaderFault.EndsEarly;
        var flags = header[3];
        if (header[0] != 0x1f || header[1] != 0x8b || header[2] != Deflate || (flags & ReservedFlags) != 0)
            return GzipHeaderFault.Damaged;
        if ((flags & HasExtraField) != 0 && !SkipExtraField(stored))
            return GzipHeaderFault.EndsEarly;
        if ((flags & HasName) != 0 && !SkipText(stored))
            return GzipHeaderFault.EndsEarly;
        if ((flags & HasComment) != 0 && !SkipText(stored))
            return GzipHeaderFault.EndsEarly;
        return (flags & HasHeaderChecksum) == 0 ? GzipHeaderFault.None : CheckSum(stored, start);
    }

    private static bool SkipExtraField(Stream stored)
    {
        Span<byte> size = stackalloc byte[2];
        if (stored.ReadAtLeast(size, 2, throwOnEndOfStream: false) < 2)
            return false;
        stored.Position += BinaryPrimitives.ReadUInt16LittleEndian(size);
        return stored.Position < stored.Length;
    }

    /// <summary>A text ends with a zero byte.</summary>
    private static bool SkipText(Stream stored)
    {
        for (int next; (next = stored.ReadByte()) >= 0;)
            if (next == 0)
                return true;
        return false;
    }

    /// <summary>The two low bytes of the CRC-32 over all of the header before them.</summary>
    private static GzipHeaderFault CheckSum(Stream stored, long start)
    {
        var left = stored.Position - start;
        stored.Position = start;
        var crc = new Crc32();
        var buffer = new byte[1 << 12];
        while (left > 0)
        {
            var read = stored.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0)
                return GzipHeaderFault.EndsEarly;
            crc.Append(buffer.AsSpan(0, read));
            left -= read;
        }

        Span<byte> told = stackalloc byte[2];
        if (stored.ReadAtLeast(told, 2, throwOnEndOfStream: false) < 2)
            return GzipHeaderFault.EndsEarly;
        return BinaryPrimitives.ReadUInt16LittleEndian(told) == (ushort)crc.GetCurrentHashAsUInt32() ? GzipHeaderFault.None : GzipHeaderFault.Damaged;
    }
}
