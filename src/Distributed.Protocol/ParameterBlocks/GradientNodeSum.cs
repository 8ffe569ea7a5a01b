using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Memory;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>A node's slice at a block: values, the metrics that accompany them, and the owner of the memory.</summary>
internal readonly record struct GradientNodeValue(ReadOnlyMemory<float> Values, ShardMetrics Metrics, AlignedBuffer? Accumulator, IDisposable? Lease)
{
    /// <summary>At the root: the upper child, not yet added; the value itself is the lower one. Null elsewhere.</summary>
    public GradientAddend? Addend { get; init; }
}

/// <summary>The upper one of the root's children.</summary>
internal sealed record GradientAddend(ReadOnlyMemory<float> Values, AlignedBuffer? Accumulator, IDisposable? Lease);

/// <summary>
/// Sums gradient slices in the block's own accumulators: a sender's memory is read, never written. Holds no more spare accumulators than were ever in
/// use at once (at most one per two leaves of the tree). The root's sum is left to the optimizer, which reads both children in one pass; rounded ones
/// are summed here, since rounding follows the sum.
/// </summary>
internal sealed class GradientNodeSum(int length, GradientFormat format) : INodeSum<GradientNodeValue>
{
    private readonly Stack<AlignedBuffer> _spare = new();

    public GradientNodeValue Combine(GradientNodeValue lower, GradientNodeValue upper)
    {
        var into = lower.Accumulator ?? upper.Accumulator ?? (_spare.TryPop(out var spare) ? spare : new AlignedBuffer(length));
        GradientArithmetic.Add(format, lower.Values.Span, upper.Values.Span, into.Span);
        if (lower.Accumulator is not null && upper.Accumulator is not null) _spare.Push(upper.Accumulator);
        lower.Lease?.Dispose();
        upper.Lease?.Dispose();
        return new GradientNodeValue(into.Memory, ShardMetrics.Add(lower.Metrics, upper.Metrics), into, null);
    }

    public GradientNodeValue CombineAtRoot(GradientNodeValue lower, GradientNodeValue upper) => format != GradientFormat.Float32
        ? Combine(lower, upper)
        : lower with
        {
            Metrics = ShardMetrics.Add(lower.Metrics, upper.Metrics),
            Addend = new GradientAddend(upper.Values, upper.Accumulator, upper.Lease),
        };

    public void Discard(GradientNodeValue value)
    {
        if (value.Accumulator is not null) _spare.Push(value.Accumulator);
        value.Lease?.Dispose();
        if (value.Addend?.Accumulator is { } other) _spare.Push(other);
        value.Addend?.Lease?.Dispose();
    }
}

/// <summary>Sums metrics alone, for the validation tree.</summary>
internal sealed class MetricsSum : INodeSum<ShardMetrics>
{
    public ShardMetrics Combine(ShardMetrics lower, ShardMetrics upper) => ShardMetrics.Add(lower, upper);

    public void Discard(ShardMetrics value)
    {
    }
}
