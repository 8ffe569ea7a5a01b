using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Protocol.Planning;

/// <summary>
/// What happens to gradients at the nodes of the reduction tree: the one place that knows what a <see cref="GradientFormat"/> means. Rounding
/// happens at every node, never only on the wire: otherwise it would depend on who summed what.
/// </summary>
public static class GradientArithmetic
{
    /// <summary>A leaf of the tree: a shard's gradient [n] as it was computed, brought into the job's format in place.</summary>
    public static void RoundLeaf(GradientFormat format, Span<float> gradient)
    {
        if (format == GradientFormat.BFloat16) GradientSum.RoundToBFloat16(gradient);
    }

    /// <summary>An inner node: <paramref name="into"/> = lower + upper [n], rounded to the job's format; it may be either of them.</summary>
    public static void Add(GradientFormat format, ReadOnlySpan<float> lower, ReadOnlySpan<float> upper, Span<float> into)
    {
        if (format == GradientFormat.BFloat16) GradientSum.AddToBFloat16(lower, upper, into);
        else GradientSum.Add(lower, upper, into);
    }
}
