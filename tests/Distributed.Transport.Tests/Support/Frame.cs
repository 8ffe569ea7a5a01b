using System.Runtime.InteropServices;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Transport.Tests;

/// <summary>Messages to send, and their comparison as bits.</summary>
internal static class Frame
{
    public static readonly JobId Job = new("digits-4711");
    public static readonly WorkerId Worker = new("10.0.0.7:4053/0badf00d-0-beef");

    public static float[] Values(int count, int seed)
    {
        var values = new float[count];
        new Random(seed).NextBytes(MemoryMarshal.AsBytes(values.AsSpan())); // any bits: NaN with payloads, denormals, infinities
        return values;
    }

    public static PushGradient Gradient(int count, int seed = 1, long step = 0) => new(
        Job, seed % 200, 3, step, new ReductionNode(seed % 1000, 1 + seed % 7), Values(count, seed),
        new ShardMetrics { LossSum = 0.1 * seed, Divisor = 32, Samples = 32, Correct = seed, TargetSum = double.NaN, FirstBadShard = seed }, null);

    /// <summary>The same gradient as a job with bfloat16 gradients would send it.</summary>
    public static PushGradient Rounded(PushGradient gradient)
    {
        var values = gradient.Values.ToArray();
        GradientArithmetic.RoundLeaf(GradientFormat.BFloat16, values);
        return gradient with { Values = values, Format = GradientFormat.BFloat16 };
    }

    public static WeightsUpdated Weights(int count, int seed = 1, long step = 0, int block = 0) =>
        new(Job, block, 3, step, Values(count, seed), null);

    public static bool IsSame(PushGradient a, PushGradient b) =>
        a with { Values = default, Lease = null } == b with { Values = default, Lease = null } && HasSameBits(a.Values, b.Values);

    public static bool IsSame(WeightsUpdated a, WeightsUpdated b) =>
        a with { Values = default, Lease = null } == b with { Values = default, Lease = null } && HasSameBits(a.Values, b.Values);

    private static bool HasSameBits(ReadOnlyMemory<float> a, ReadOnlyMemory<float> b) =>
        MemoryMarshal.AsBytes(a.Span).SequenceEqual(MemoryMarshal.AsBytes(b.Span));
}
