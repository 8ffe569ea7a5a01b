using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Protocol.Planning;

/// <summary>
/// Arithmetic of gradients at the nodes of the reduction tree: the only place that knows what a <see cref="GradientFormat"/> means. Rounding happens
/// at every node, never only on the wire, where it would depend on who summed what.
/// </summary>
internal static class GradientArithmetic
{
    /// <summary>A leaf of the tree: rounds a computed shard's gradient [n] to the job's format in place.</summary>
    public static void RoundLeaf(GradientFormat format, Span<float> gradient)
    {
        if (format == GradientFormat.BFloat16) GradientSum.RoundToBFloat16(gradient);
    }

    /// <summary>An inner node: <paramref name="into"/> = lower + upper [n], rounded to the job's format; it may alias either of them.</summary>
    public static void Add(GradientFormat format, ReadOnlySpan<float> lower, ReadOnlySpan<float> upper, Span<float> into)
    {
        if (format == GradientFormat.BFloat16) GradientSum.AddToBFloat16(lower, upper, into);
        else GradientSum.Add(lower, upper, into);
    }
}
