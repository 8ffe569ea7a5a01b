using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Strides;

/// <summary>
/// The additions that sum all leaves of a step along its <see cref="ReductionTree"/>, children before parents, for gradients that are all in memory:
/// each node's sum replaces that of its first leaf. Ranges of elements can be summed apart.
/// </summary>
internal sealed class SummingOrder
{
    private readonly (int Lower, int Upper)[] _additions;

    public SummingOrder(int leaves)
    {
        var additions = new List<(int, int)>(leaves);
        Add(new ReductionNode(0, leaves), additions);
        _additions = [.. additions];
        Leaves = leaves;
    }

    /// <summary>Leaves of the tree.</summary>
    public int Leaves { get; }

    /// <summary>The additions below the root, by first leaves.</summary>
    public ReadOnlySpan<(int Lower, int Upper)> BelowRoot => _additions.AsSpan(0, Math.Max(0, _additions.Length - 1));

    /// <summary>The addition of the root's children; null for a single leaf.</summary>
    public (int Lower, int Upper)? AtRoot => _additions.Length > 0 ? _additions[^1] : null;

    /// <summary>Sums the leaves' metrics.</summary>
    /// <param name="leaves">[leaves]; overwritten.</param>
    public ShardMetrics Sum(Span<ShardMetrics> leaves)
    {
        foreach (var (lower, upper) in _additions) leaves[lower] = ShardMetrics.Add(leaves[lower], leaves[upper]);
        return leaves[0];
    }

    private static void Add(ReductionNode node, List<(int, int)> into)
    {
        if (node.Count == 1) return;
        var left = ReductionTree.LeftCount(node.Count);
        Add(new ReductionNode(node.First, left), into);
        Add(new ReductionNode(node.First + left, node.Count - left), into);
        into.Add((node.First, node.First + left));
    }
}
