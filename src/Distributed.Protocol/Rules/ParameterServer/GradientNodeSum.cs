using Distributed.Learning;

namespace Distributed.Protocol;

/// <summary>A node's slice at a block: values with the metrics that ride along, and who owns the memory.</summary>
internal readonly record struct GradientNodeValue(
    ReadOnlyMemory<float> Values, ShardMetrics Metrics, float[]? Accumulator, IDisposable? Lease);

/// <summary>
/// Sums gradient slices in accumulators of the block's own: a sender's memory is read, never written. Holds no more spare accumulators than
/// were ever in use at the same time (at most one for two leaves of the tree).
/// </summary>
internal sealed class GradientNodeSum(int length, GradientFormat format) : INodeSum<GradientNodeValue>
{
    private readonly Stack<float[]> _spare = new();

    public GradientNodeValue Combine(GradientNodeValue lower, GradientNodeValue upper)
    {
        var into = lower.Accumulator ?? upper.Accumulator ?? (_spare.TryPop(out var spare) ? spare : GC.AllocateUninitializedArray<float>(length));
        GradientArithmetic.Add(format, lower.Values.Span, upper.Values.Span, into);
        if (lower.Accumulator is not null && upper.Accumulator is not null) _spare.Push(upper.Accumulator);
        lower.Lease?.Dispose();
        upper.Lease?.Dispose();
        return new GradientNodeValue(into, ShardMetrics.Add(lower.Metrics, upper.Metrics), into, null);
    }

    public void Discard(GradientNodeValue value)
    {
        if (value.Accumulator is not null) _spare.Push(value.Accumulator);
        value.Lease?.Dispose();
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
