using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Distributed.Learning.Metrics;

namespace Distributed.Protocol.Planning;

/// <summary>
/// Compares two workers' results for one shard: XxHash3 over a block's slice of the gradient and the shard's metrics, bit for bit. Detects machine
/// errors; it does not protect against forgery.
/// </summary>
internal static class GradientHash
{
    /// <summary>The hash of one shard at one block.</summary>
    /// <param name="slice">The shard's gradient over the block's range [range], in the job's format, before any summing.</param>
    /// <param name="metrics">The shard's metrics.</param>
    public static ulong Of(ReadOnlySpan<float> slice, in ShardMetrics metrics)
    {
        Span<byte> sums = stackalloc byte[72];
        BinaryPrimitives.WriteInt64LittleEndian(sums, metrics.Samples);
        BinaryPrimitives.WriteInt64LittleEndian(sums[8..], metrics.FirstBadShard);
        // The payload bits of non-finite values may differ between machines. That a value is not finite ends the job anyway.
        if (metrics.HasBadShard) return XxHash3.HashToUInt64(sums[..16]);
        BinaryPrimitives.WriteInt64LittleEndian(sums[16..], metrics.Correct);
        BinaryPrimitives.WriteDoubleLittleEndian(sums[24..], metrics.LossSum);
        BinaryPrimitives.WriteDoubleLittleEndian(sums[32..], metrics.Divisor);
        BinaryPrimitives.WriteDoubleLittleEndian(sums[40..], metrics.AbsoluteErrorSum);
        BinaryPrimitives.WriteDoubleLittleEndian(sums[48..], metrics.SquaredErrorSum);
        BinaryPrimitives.WriteDoubleLittleEndian(sums[56..], metrics.TargetSum);
        BinaryPrimitives.WriteDoubleLittleEndian(sums[64..], metrics.TargetSquareSum);
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(slice), unchecked((long)XxHash3.HashToUInt64(sums)));
    }
}
