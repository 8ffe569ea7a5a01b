using System.Numerics;

namespace Distributed.Protocol.Planning;

/// <summary>A node of the reduction tree: the sum over leaves <paramref name="First"/> … First + Count − 1.</summary>
/// <param name="First">First leaf (shard).</param>
/// <param name="Count">Leaves below it.</param>
public readonly record struct ReductionNode(int First, int Count)
{
    /// <summary>One past the last leaf.</summary>
    public int End => First + Count;

    /// <summary>Whether all leaves of <paramref name="other"/> lie below this node.</summary>
    public bool Covers(ReductionNode other) => First <= other.First && other.End <= End;

    /// <inheritdoc/>
    public override string ToString() => $"[{First}+{Count}]";
}

/// <summary>
/// The shape of the fixed binary tree in which a step's shards are summed: a node over n > 1 leaves splits at the largest power of two below n. It
/// depends only on the number of leaves, so neither who computed what nor arrival order changes a bit.
/// </summary>
internal static class ReductionTree
{
    /// <summary>The left part of a node's leaves: the largest power of two below <paramref name="count"/>.</summary>
    public static int LeftCount(int count) => 1 << BitOperations.Log2((uint)(count - 1));

    /// <summary>Whether a node belongs to the tree over <paramref name="leaves"/> leaves.</summary>
    public static bool Contains(int leaves, ReductionNode node)
    {
        if (node.First < 0 || node.Count < 1 || node.End > leaves) return false;
        var at = new ReductionNode(0, leaves);
        while (at != node)
        {
            if (at.Count == 1) return false;
            var child = ChildToward(at, node.First);
            if (!child.Covers(node)) return false;
            at = child;
        }
        return true;
    }

    /// <summary>The node that sums with <paramref name="node"/> into their parent; false for the root. The node must belong to the tree.</summary>
    public static bool TryGetSibling(int leaves, ReductionNode node, out ReductionNode sibling, out ReductionNode parent)
    {
        parent = new ReductionNode(0, leaves);
        sibling = default;
        if (node == parent) return false;
        while (true)
        {
            var left = LeftCount(parent.Count);
            var lower = new ReductionNode(parent.First, left);
            var upper = new ReductionNode(parent.First + left, parent.Count - left);
            if (node == lower || node == upper)
            {
                sibling = node == lower ? upper : lower;
                return true;
            }
            parent = node.First < upper.First ? lower : upper;
        }
    }

    /// <summary>Adds the largest nodes whose leaves all lie in a run, in ascending order: what a worker sends for that run.</summary>
    public static void AddMaximalNodes(int leaves, IndexRange run, List<ReductionNode> into)
    {
        if (run.Count > 0) Descend(new ReductionNode(0, leaves), run, into);
    }

    private static void Descend(ReductionNode node, IndexRange run, List<ReductionNode> into)
    {
        if (node.First >= run.First && node.End <= run.End)
        {
            into.Add(node);
            return;
        }
        if (node.End <= run.First || node.First >= run.End) return;
        var left = LeftCount(node.Count);
        Descend(new ReductionNode(node.First, left), run, into);
        Descend(new ReductionNode(node.First + left, node.Count - left), run, into);
    }

    private static ReductionNode ChildToward(ReductionNode node, int leaf)
    {
        var left = LeftCount(node.Count);
        return leaf < node.First + left
            ? new ReductionNode(node.First, left)
            : new ReductionNode(node.First + left, node.Count - left);
    }
}
