using System.IO.Hashing;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Distributed.Transport.Frames;

/// <summary>A header's fields and their bytes, writing beside reading; <see cref="FrameHeader"/> shows their places.</summary>
internal static class FrameHeaderFields
{
    private const byte SharedMemoryFlag = 1;

    public static void Write(in FrameHeader header, Span<byte> bytes)
    {
        bytes = bytes[..FrameHeader.Size];
        bytes.Clear();
        WriteBeginning(bytes, header.Kind);
        bytes[6] = (byte)header.Format;
        bytes[7] = header.IsInSharedMemory ? SharedMemoryFlag : (byte)0;
        WriteInt32LittleEndian(bytes[8..], header.Elements);
        WriteInt32LittleEndian(bytes[12..], header.Offset);
        WriteInt32LittleEndian(bytes[16..], header.Block);
        WriteInt32LittleEndian(bytes[20..], header.Node.First);
        WriteInt32LittleEndian(bytes[24..], header.Node.Count);
        bytes[28] = header.JobSlot;
        bytes[29] = header.WorkerSlot;
        WriteInt64LittleEndian(bytes[32..], header.Lineage);
        WriteInt64LittleEndian(bytes[40..], header.Step);
        var metrics = header.Metrics;
        WriteDoubleLittleEndian(bytes[48..], metrics.LossSum);
        WriteDoubleLittleEndian(bytes[56..], metrics.Divisor);
        WriteInt64LittleEndian(bytes[64..], metrics.Samples);
        WriteInt64LittleEndian(bytes[72..], metrics.Correct);
        WriteDoubleLittleEndian(bytes[80..], metrics.AbsoluteErrorSum);
        WriteDoubleLittleEndian(bytes[88..], metrics.SquaredErrorSum);
        WriteDoubleLittleEndian(bytes[96..], metrics.TargetSum);
        WriteDoubleLittleEndian(bytes[104..], metrics.TargetSquareSum);
        // Counted down from "none", so that an unused field is zero.
        WriteInt32LittleEndian(bytes[112..], int.MaxValue - metrics.FirstBadShard);
        WriteInt32LittleEndian(bytes[116..], header.PayloadBytes);
        WriteChecksum(bytes);
    }

    public static FrameHeader Read(ReadOnlySpan<byte> bytes, out int payloadBytes)
    {
        payloadBytes = ReadInt32LittleEndian(bytes[116..]);
        var header = new FrameHeader(
            (FrameKind)bytes[5], bytes[28], bytes[29],
            Block: ReadInt32LittleEndian(bytes[16..]),
            Lineage: ReadInt64LittleEndian(bytes[32..]),
            Step: ReadInt64LittleEndian(bytes[40..]),
            Node: new ReductionNode(ReadInt32LittleEndian(bytes[20..]), ReadInt32LittleEndian(bytes[24..])),
            Elements: ReadInt32LittleEndian(bytes[8..]),
            new ShardMetrics
            {
                LossSum = ReadDoubleLittleEndian(bytes[48..]),
                Divisor = ReadDoubleLittleEndian(bytes[56..]),
                Samples = ReadInt64LittleEndian(bytes[64..]),
                Correct = ReadInt64LittleEndian(bytes[72..]),
                AbsoluteErrorSum = ReadDoubleLittleEndian(bytes[80..]),
                SquaredErrorSum = ReadDoubleLittleEndian(bytes[88..]),
                TargetSum = ReadDoubleLittleEndian(bytes[96..]),
                TargetSquareSum = ReadDoubleLittleEndian(bytes[104..]),
                FirstBadShard = unchecked(int.MaxValue - ReadInt32LittleEndian(bytes[112..])),
            })
        {
            Format = (ElementFormat)bytes[6],
            IsInSharedMemory = bytes[7] != 0,
            Offset = ReadInt32LittleEndian(bytes[12..]),
        };
        return header with { Count = payloadBytes / header.ElementBytes };
    }

    /// <summary>Whether a header, read or not, says that its values lie in shared memory.</summary>
    public static bool IsInSharedMemory(ReadOnlySpan<byte> bytes) => bytes[7] == SharedMemoryFlag;

    /// <summary>Magic, version and kind.</summary>
    public static void WriteBeginning(Span<byte> bytes, FrameKind kind)
    {
        WriteUInt32LittleEndian(bytes, FrameHeader.Magic);
        bytes[4] = FrameHeader.Version;
        bytes[5] = (byte)kind;
    }

    public static void WriteChecksum(Span<byte> bytes) =>
        WriteUInt64LittleEndian(bytes[FrameHeader.ChecksumAt..], XxHash3.HashToUInt64(bytes[..FrameHeader.ChecksumAt]));

    /// <summary>Checks the beginning, which all kinds share: null when it is valid, otherwise the reason.</summary>
    public static string? Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FrameHeader.Size) return $"a header of {bytes.Length} bytes instead of {FrameHeader.Size}";
        if (ReadUInt32LittleEndian(bytes) is not FrameHeader.Magic and var magic) return $"wrong magic 0x{magic:x8}";
        if (bytes[4] != FrameHeader.Version) return $"frame version {bytes[4]}; this node speaks {FrameHeader.Version}";
        var checksum = XxHash3.HashToUInt64(bytes[..FrameHeader.ChecksumAt]);
        if (ReadUInt64LittleEndian(bytes[FrameHeader.ChecksumAt..]) != checksum) return "the header's checksum is wrong";
        if (bytes[7] is not (0 or SharedMemoryFlag)) return $"unknown flags 0x{bytes[7]:x2}";
        if ((bytes[30] | bytes[31]) != 0 && bytes[5] != (byte)FrameKind.Name) return "reserved bytes are not zero";
        return null;
    }
}
