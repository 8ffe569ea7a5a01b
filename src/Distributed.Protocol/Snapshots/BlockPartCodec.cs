using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Snapshots;

/// <summary>
/// The stored form of a snapshot's part, little-endian: magic "DSNP", format version, step, lineage, first parameter, count and number of state
/// vectors as integers, then the weights and the state vectors as float32, then XxHash3 over everything before it. A block is stored in parts, so
/// that no database row exceeds a few megabytes.
/// </summary>
internal static class BlockPartCodec
{
    /// <summary>Maximum number of parameters per part.</summary>
    public const int MaximumParameters = 512 * 1024;

    private const uint Magic = 0x504E5344; // "DSNP"
    private const int FormatVersion = 1;
    private const int HeaderBytes = 40;
    private const int ChecksumBytes = 8;
    private const int MaximumVectors = 8;

    /// <summary>The part ranges of a block's range, in ascending order.</summary>
    public static IEnumerable<IndexRange> PartsOf(IndexRange range)
    {
        for (var first = range.First; first < range.End; first += MaximumParameters)
            yield return new IndexRange(first, Math.Min(MaximumParameters, range.End - first));
    }

    /// <summary>The size of an encoded part in bytes.</summary>
    public static int LengthOf(BlockSnapshot snapshot, IndexRange part) =>
        checked(HeaderBytes + part.Count * 4 * (1 + VectorsOf(snapshot)) + ChecksumBytes);

    /// <summary>Writes one part of a snapshot and seals it.</summary>
    public static byte[] Encode(BlockSnapshot snapshot, IndexRange part)
    {
        var bytes = new byte[LengthOf(snapshot, part)];
        Copy(snapshot, part, bytes);
        Seal(bytes);
        return bytes;
    }

    /// <summary>Writes a part without its checksum: a memory copy.</summary>
    /// <param name="snapshot">The state.</param>
    /// <param name="part">A range of <see cref="PartsOf"/>.</param>
    /// <param name="span">[<see cref="LengthOf"/>] bytes.</param>
    public static void Copy(BlockSnapshot snapshot, IndexRange part, Span<byte> span)
    {
        var vectors = VectorsOf(snapshot);
        BinaryPrimitives.WriteUInt32LittleEndian(span, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], FormatVersion);
        BinaryPrimitives.WriteInt64LittleEndian(span[8..], snapshot.Step);
        BinaryPrimitives.WriteInt64LittleEndian(span[16..], snapshot.Lineage);
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], part.First);
        BinaryPrimitives.WriteInt32LittleEndian(span[28..], part.Count);
        BinaryPrimitives.WriteInt32LittleEndian(span[32..], vectors);
        var at = HeaderBytes;
        var offset = part.First - snapshot.Range.First;
        Write(snapshot.Weights.Span.Slice(offset, part.Count), span, ref at);
        for (var v = 0; v < vectors; v++) Write(snapshot.State.Span.Slice(v * snapshot.Range.Count + offset, part.Count), span, ref at);
    }

    /// <summary>Writes the checksum over everything before it into the last 8 bytes.</summary>
    public static void Seal(Span<byte> bytes) =>
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[^ChecksumBytes..], XxHash3.HashToUInt64(bytes[..^ChecksumBytes]));

    /// <summary>The checksum at the end of an encoded part.</summary>
    public static ulong ChecksumOf(ReadOnlySpan<byte> encoded) => BinaryPrimitives.ReadUInt64LittleEndian(encoded[^ChecksumBytes..]);

    /// <summary>
    /// Verifies a part against the checkpoint's entry; returns what is wrong, or null. The values are read where they are: <paramref name="part"/> refers to
    /// <paramref name="encoded"/>.
    /// </summary>
    public static string? TryDecode(ReadOnlyMemory<byte> encoded, SnapshotPart expected, out LoadedPart? part)
    {
        part = null;
        var bytes = encoded.Span;
        if (bytes.Length < HeaderBytes + ChecksumBytes) return $"it is {bytes.Length} bytes long, shorter than a header";
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return "it does not begin with the mark of a snapshot";
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (version != FormatVersion) return $"its format version is {version}, this program reads {FormatVersion}";
        var body = bytes[..^ChecksumBytes];
        var checksum = ChecksumOf(bytes);
        if (checksum != expected.Checksum || checksum != XxHash3.HashToUInt64(body)) return "its checksum does not fit its content";
        var start = BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]);
        var vectors = BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]);
        if (start != expected.Start || count != expected.Count) return $"it holds parameters {start}+{count}, not {expected.Start}+{expected.Count}";
        if (vectors is < 0 or > MaximumVectors || body.Length != HeaderBytes + (long)count * 4 * (1 + vectors)) return "its length does not fit its header";
        var values = Read(encoded[HeaderBytes..^ChecksumBytes]);
        part = new LoadedPart(start, values[..count], values[count..]);
        return null;
    }

    private static int VectorsOf(BlockSnapshot snapshot) => snapshot.Weights.Length == 0 ? 0 : snapshot.State.Length / snapshot.Weights.Length;

    private static void Write(ReadOnlySpan<float> values, Span<byte> into, ref int at)
    {
        if (BitConverter.IsLittleEndian) MemoryMarshal.AsBytes(values).CopyTo(into[at..]);
        else
            for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(into[(at + 4 * i)..], values[i]);
        at += values.Length * 4;
    }

    private static ReadOnlyMemory<float> Read(ReadOnlyMemory<byte> bytes)
    {
        if (BitConverter.IsLittleEndian) return new Values(bytes).Memory;
        var values = new float[bytes.Length / 4];
        for (var i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.Span[(4 * i)..]);
        return values;
    }

    /// <summary>Bytes seen as the float32 values that they are.</summary>
    private sealed class Values(ReadOnlyMemory<byte> bytes) : MemoryManager<float>
    {
        public override Span<float> GetSpan() => MemoryMarshal.Cast<byte, float>(MemoryMarshal.AsMemory(bytes).Span);

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("A stored part is read by the processor alone.");

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
