using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;

namespace Distributed.Transport.Frames;

/// <summary>
/// The fixed header of a frame, <see cref="Size"/> bytes, followed by the values and by XxHash3-64 over header and values. Its own last
/// eight bytes are XxHash3-64 over the rest of it, so that a damaged length is detected. Everything is little-endian:
/// <code>
///   0 magic "DTNF"      8 elements       28 job slot       48 loss sum          96 target sum
///   4 version          12 offset         29 worker slot    56 divisor          104 target square sum
///   5 kind             16 block          30 zero           64 samples          112 first bad shard
///   6 element format   20 node.first     32 lineage        72 correct          116 payload bytes
///   7 flags            24 node.count     40 step           80 |error|, 88 error²  120 checksum
/// </code>
/// A tensor above the frame limit travels in several consecutive frames, whose headers differ in offset and bytes alone.
/// Flags: 1, the values are in shared memory and a <see cref="SlotFrame"/> replaces them; only between processes of one machine.
/// Names of jobs and workers are numbers of the connection's table (see <see cref="NameFrame"/>). Unused fields are zero.
/// </summary>
/// <param name="Kind">Any but <see cref="FrameKind.Name"/>.</param>
/// <param name="JobSlot">The job's number on this connection.</param>
/// <param name="WorkerSlot">Weights: the receiving worker's number on this connection; data: the data set's.</param>
/// <param name="Block">The parameter block.</param>
/// <param name="Lineage">The lineage.</param>
/// <param name="Step">Gradients: the step; weights: the version; data: the chunk, counted from 1, or 0 for the list of chunks.</param>
/// <param name="Node">Gradients: the reduction node.</param>
/// <param name="Elements">Number of values of the whole tensor.</param>
/// <param name="Metrics">Gradients: the node's metrics, bit for bit.</param>
public readonly record struct FrameHeader(
    FrameKind Kind, byte JobSlot, byte WorkerSlot, int Block, long Lineage, long Step, ReductionNode Node, int Elements, ShardMetrics Metrics)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 128;

    /// <summary>Bytes after the values: the frame's checksum.</summary>
    public const int TrailerSize = 8;

    internal const uint Magic = 0x464E_5444; // "DTNF"
    internal const byte Version = 3;
    internal const int ChecksumAt = 120;

    /// <summary>How the values are written.</summary>
    public ElementFormat Format { get; init; }

    /// <summary>Whether the values lie in shared memory, all of them, and the frame says where.</summary>
    public bool IsInSharedMemory { get; init; }

    /// <summary>The index of the frame's first value in the tensor.</summary>
    public int Offset { get; init; }

    /// <summary>Values in this frame.</summary>
    public int Count { get; init; } = Elements;

    /// <summary>Bytes of one value.</summary>
    public int ElementBytes => Format == ElementFormat.BFloat16 ? sizeof(ushort) : sizeof(float);

    /// <summary>Bytes of the frame's values.</summary>
    public int PayloadBytes => Count * ElementBytes;

    /// <summary>The header of the frame with the values from <paramref name="offset"/> on, as many as the limit allows.</summary>
    internal FrameHeader From(int offset, int maximumPayloadBytes) =>
        this with { Offset = offset, Count = Math.Min(Elements - offset, maximumPayloadBytes / ElementBytes) };

    /// <summary>Whether <paramref name="next"/> continues the tensor where this frame ends.</summary>
    internal bool IsFollowedBy(in FrameHeader next) => next == this with { Offset = Offset + Count, Count = next.Count };

    /// <summary>
    /// Reads a header. Pure: no allocation unless it is refused, no exception for any bytes. <see cref="FrameKind.Name"/> is read by
    /// <see cref="NameFrame.TryRead"/>; here it is refused.
    /// </summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="header">The header; only when true is returned.</param>
    /// <param name="reason">Why it is refused; null otherwise.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, in FrameLimits limits, out FrameHeader header, out string? reason)
    {
        header = default;
        reason = FrameHeaderFields.Check(bytes);
        if (reason is not null) return false;
        var read = FrameHeaderFields.Read(bytes, out var payloadBytes);
        reason = FrameHeaderRules.Refuse(read, payloadBytes, limits);
        if (reason is not null) return false;
        header = read;
        return true;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">No receiver would take such a header.</exception>
    public void Write(Span<byte> bytes)
    {
        if (FrameHeaderRules.Refuse(this, PayloadBytes, new FrameLimits(int.MaxValue, int.MaxValue)) is { } reason)
            throw new ArgumentException($"Such a frame cannot be sent: {reason}.", nameof(bytes));
        FrameHeaderFields.Write(this, bytes);
    }
}
