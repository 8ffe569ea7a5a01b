namespace Distributed.Protocol.Planning;

/// <summary>How a reduction tree handles the values at its nodes.</summary>
/// <typeparam name="T">A node's value.</typeparam>
internal interface INodeSum<T>
{
    /// <summary>The sum of two siblings, <paramref name="lower"/> first; takes ownership of both.</summary>
    T Combine(T lower, T upper);

    /// <summary>The same for the root's two children: nothing is added to the root, so its sum may be left to its reader.</summary>
    T CombineAtRoot(T lower, T upper) => Combine(lower, upper);

    /// <summary>Releases a value that is not needed, or no longer.</summary>
    void Discard(T value);
}

/// <summary>
/// One step's reduction tree as known so far: siblings are summed as they meet. A node that repeats, or lies below one already present, is dropped; a
/// node supersedes those below it, so overlapping work counts once. Holds at most one value per leaf.
/// </summary>
/// <typeparam name="T">A node's value.</typeparam>
internal class PartialSum<T>(INodeSum<T> sum)
{
    private readonly SortedList<int, Entry> _nodes = []; // by first leaf; no two overlap

    private readonly record struct Entry(ReductionNode Node, T Value);

    /// <summary>Leaves of the tree.</summary>
    public int Leaves { get; private set; }

    /// <summary>Whether every leaf has arrived.</summary>
    public virtual bool IsComplete => Leaves > 0 && _nodes.Count == 1 && _nodes.Values[0].Node.Count == Leaves;

    /// <summary>The root's value; only when complete.</summary>
    public T Root => IsComplete ? _nodes.Values[0].Value : throw new InvalidOperationException("the tree is not complete");

    /// <summary>Number of nodes held.</summary>
    public int Count => _nodes.Count;

    /// <summary>The nodes held, ascending.</summary>
    public IEnumerable<ReductionNode> Nodes => _nodes.Values.Select(entry => entry.Node);

    /// <summary>Clears everything and begins a tree over <paramref name="leaves"/> leaves.</summary>
    public virtual void Begin(int leaves)
    {
        foreach (var entry in _nodes.Values) sum.Discard(entry.Value);
        _nodes.Clear();
        Leaves = leaves;
    }

    /// <summary>Takes a node's value, or discards it when its leaves have already arrived. Returns whether it was taken.</summary>
    /// <exception cref="ArgumentException">The node does not belong to the tree.</exception>
    public virtual bool Add(ReductionNode node, T value)
    {
        if (!ReductionTree.Contains(Leaves, node)) throw new ArgumentException($"{node} is not a node of a tree over {Leaves} leaves", nameof(node));
        if (Covers(node))
        {
            sum.Discard(value);
            return false;
        }
        DropBelow(node);
        while (TryGetSibling(node, out var sibling, out var parent) &&
               _nodes.TryGetValue(sibling.First, out var other) && other.Node == sibling)
        {
            _nodes.Remove(sibling.First);
            var (lower, upper) = node.First < sibling.First ? (value, other.Value) : (other.Value, value);
            value = parent.Count == Leaves ? sum.CombineAtRoot(lower, upper) : sum.Combine(lower, upper);
            node = parent;
        }
        _nodes.Add(node.First, new Entry(node, value));
        return true;
    }

    /// <summary>Whether all leaves of a node have arrived, as one node.</summary>
    public virtual bool Covers(ReductionNode node)
    {
        var i = LastAtOrBefore(node.First);
        return i >= 0 && _nodes.Values[i].Node.Covers(node);
    }

    /// <summary>Adds the runs of missing leaves, in ascending order.</summary>
    public void AddMissing(List<IndexRange> into)
    {
        var next = 0;
        foreach (var entry in _nodes.Values)
        {
            if (entry.Node.First > next) into.Add(new IndexRange(next, entry.Node.First - next));
            next = entry.Node.End;
        }
        if (next < Leaves) into.Add(new IndexRange(next, Leaves - next));
    }

    /// <summary>The node to sum with; false for the root.</summary>
    protected virtual bool TryGetSibling(ReductionNode node, out ReductionNode sibling, out ReductionNode parent) =>
        ReductionTree.TryGetSibling(Leaves, node, out sibling, out parent);

    private void DropBelow(ReductionNode node)
    {
        for (var i = LastAtOrBefore(node.End - 1); i >= 0 && _nodes.Values[i].Node.First >= node.First; i--)
        {
            sum.Discard(_nodes.Values[i].Value);
            _nodes.RemoveAt(i);
        }
    }

    private int LastAtOrBefore(int leaf)
    {
        int low = 0, high = _nodes.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_nodes.Keys[middle] <= leaf) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }
}
