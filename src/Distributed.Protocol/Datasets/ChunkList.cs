using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Distributed.Protocol.Datasets;

/// <summary>
/// The chunks of a data set's file and their hashes, so that each chunk can be verified on its own, whatever its source. The list's own SHA-256
/// (<see cref="Root"/>) identifies the whole file.
/// </summary>
/// <remarks>Its bytes: file length (int64), chunk length (int32), zero (int32), then 32 bytes of SHA-256 for each chunk; little-endian.</remarks>
public sealed class ChunkList
{
    /// <summary>
    /// 1 MiB: large enough that a request costs little compared to the transfer, small enough that a gradient on the same connection does not wait
    /// long behind it.
    /// </summary>
    public const int ChunkBytes = 1 << 20;

    private const int Fixed = 16, Hash = SHA256.HashSizeInBytes;

    private readonly byte[] _bytes;

    private ChunkList(byte[] bytes)
    {
        _bytes = bytes;
        Length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Count = (bytes.Length - Fixed) / Hash;
        Root = Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>The file's bytes; a multiple of four.</summary>
    public long Length { get; }

    /// <summary>Number of chunks.</summary>
    public int Count { get; }

    /// <summary>SHA-256 over <see cref="Bytes"/>, lower-case hex.</summary>
    public string Root { get; }

    /// <summary>The form in which the list is stored and sent.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Number of chunks of a file.</summary>
    public static int CountOf(long length) => checked((int)((length + ChunkBytes - 1) / ChunkBytes));

    /// <summary>The size in bytes of the list for a file.</summary>
    public static int SizeOf(long length) => Fixed + CountOf(length) * Hash;

    /// <summary>Creates the list for a file of the given length.</summary>
    /// <param name="length">The file's bytes; a positive multiple of four.</param>
    /// <param name="read">Fills the memory with the chunk at a file position.</param>
    public static ChunkList Of(long length, Action<long, Memory<byte>> read)
    {
        if (length <= 0 || length % sizeof(float) != 0) throw new ArgumentOutOfRangeException(nameof(length), $"{length} bytes are no file of samples");
        var bytes = new byte[SizeOf(length)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), ChunkBytes);
        var chunk = new byte[(int)Math.Min(length, ChunkBytes)];
        for (var i = 0; i < CountOf(length); i++)
        {
            var place = (long)i * ChunkBytes;
            var part = chunk.AsMemory(0, (int)Math.Min(ChunkBytes, length - place));
            read(place, part);
            SHA256.HashData(part.Span, bytes.AsSpan(Fixed + i * Hash, Hash));
        }
        return new ChunkList(bytes);
    }

    /// <summary>Reads a stored or received list; null, with a reason, when it is not valid.</summary>
    public static ChunkList? Read(ReadOnlySpan<byte> bytes, out string? reason)
    {
        reason = null;
        if (bytes.Length < Fixed + Hash) reason = $"a list of {bytes.Length} bytes";
        else if (BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) is not ChunkBytes and var chunk) reason = $"chunks of {chunk} bytes instead of {ChunkBytes}";
        else if (BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) != 0) reason = "reserved bytes are not zero";
        else if (BinaryPrimitives.ReadInt64LittleEndian(bytes) is var length && (length <= 0 || length % sizeof(float) != 0)) reason = $"a file of {length} bytes";
        else if (length > (long)int.MaxValue / Hash * ChunkBytes || bytes.Length != SizeOf(length)) reason = $"a list of {bytes.Length} bytes for a file of {length}";
        return reason is null ? new ChunkList(bytes.ToArray()) : null;
    }

    /// <summary>A chunk's offset in the file.</summary>
    public static long PlaceOf(int chunk) => (long)chunk * ChunkBytes;

    /// <summary>A chunk's bytes; a multiple of four.</summary>
    public int LengthOf(int chunk) => (int)Math.Min(ChunkBytes, Length - PlaceOf(chunk));

    /// <summary>Whether bytes match a chunk.</summary>
    public bool IsRight(int chunk, ReadOnlySpan<byte> bytes)
    {
        if (chunk < 0 || chunk >= Count || bytes.Length != LengthOf(chunk)) return false;
        Span<byte> hash = stackalloc byte[Hash];
        SHA256.HashData(bytes, hash);
        return hash.SequenceEqual(_bytes.AsSpan(Fixed + chunk * Hash, Hash));
    }
}
