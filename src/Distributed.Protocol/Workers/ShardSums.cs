using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Workers;

/// <summary>The outcome of a finished node of a run.</summary>
internal enum NodeOutcome
{
    /// <summary>Its sibling is not finished: the node waits.</summary>
    AwaitsSibling,

    /// <summary>Its sibling was waiting: both are summed into their parent, which finishes next.</summary>
    MeetsSibling,

    /// <summary>Its parent reaches beyond the run, or it is the root: the node goes to the parameter blocks.</summary>
    IsMaximal,
}

/// <summary>Two siblings that meet.</summary>
/// <typeparam name="T">A node's value.</typeparam>
/// <param name="Parent">The node their sum represents.</param>
/// <param name="Lower">The sibling over the lower leaves: the first operand.</param>
/// <param name="Upper">The sibling over the upper leaves: the second operand.</param>
internal readonly record struct Siblings<T>(ReductionNode Parent, T Lower, T Upper);

/// <summary>
/// How a worker sums the shards of one run: leaves are taken in ascending order, finish in any order, and are summed along the step's
/// <see cref="ReductionTree"/> up to the run's maximal nodes. The tree's shape decides what is added to what, so thread timing changes no bit. The
/// caller does the additions, which may overlap with other threads' use of the sums; the calls themselves need its lock.
/// </summary>
/// <typeparam name="T">A node's value.</typeparam>
/// <param name="leaves">Leaves of the whole tree.</param>
/// <param name="run">The worker's leaves.</param>
internal class ShardSums<T>(int leaves, IndexRange run)
{
    private Dictionary<ReductionNode, T>? _waiting; // created when the first node must wait
    private int _next = run.First;

    /// <summary>The leaves that are summed.</summary>
    public IndexRange Run => run;

    /// <summary>Nodes waiting for their siblings, at most one per leaf.</summary>
    public int WaitingNodes => _waiting?.Count ?? 0;

    /// <summary>The waiting nodes.</summary>
    private protected IEnumerable<ReductionNode> Waiting => _waiting?.Keys ?? Enumerable.Empty<ReductionNode>();

    /// <summary>Takes the next leaf to compute. Ascending order lets siblings meet early, so few values wait at any time.</summary>
    /// <returns>False when all leaves are taken.</returns>
    public bool TryTakeLeaf(out int leaf)
    {
        leaf = _next;
        if (leaf >= run.End) return false;
        _next++;
        return true;
    }

    /// <summary>A leaf is computed, or two siblings are summed.</summary>
    /// <param name="node">The finished node.</param>
    /// <param name="value">Its value; kept while the node waits.</param>
    /// <param name="siblings">What to sum, when the node meets its sibling.</param>
    public NodeOutcome Finish(ReductionNode node, T value, out Siblings<T> siblings)
    {
        siblings = default;
        if (!TryGetSibling(node, out var sibling, out var parent)) return NodeOutcome.IsMaximal;
        if (_waiting is null || !_waiting.Remove(sibling, out var other))
        {
            (_waiting ??= []).Add(node, value);
            return NodeOutcome.AwaitsSibling;
        }
        siblings = node.First < sibling.First ? new Siblings<T>(parent, value, other) : new Siblings<T>(parent, other, value);
        return NodeOutcome.MeetsSibling;
    }

    /// <summary>Returns the waiting values: the rest of the run will not be computed.</summary>
    public void Drop(Action<T> giveBack)
    {
        if (_waiting is null) return;
        foreach (var value in _waiting.Values) giveBack(value);
        _waiting.Clear();
    }

    /// <summary>The node to sum with, inside the run; false for a maximal node.</summary>
    private protected virtual bool TryGetSibling(ReductionNode node, out ReductionNode sibling, out ReductionNode parent) =>
        ReductionTree.TryGetSibling(leaves, node, out sibling, out parent) && parent.First >= run.First && parent.End <= run.End;
}
