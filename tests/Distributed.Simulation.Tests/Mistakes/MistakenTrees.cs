using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;

namespace Distributed.Simulation.Tests.Mistakes;

/// <summary>Is complete although the last shard is missing.</summary>
internal sealed class HastyTree(INodeSum<GradientNodeValue> sum) : PartialSum<GradientNodeValue>(sum)
{
    public override bool IsComplete => Leaves > 0 && Count == 1 && Nodes.First().Count >= Leaves - 1;
}

/// <summary>Sums neighbours as they meet, siblings or not.</summary>
internal sealed class ArrivalOrderTree(INodeSum<GradientNodeValue> sum) : PartialSum<GradientNodeValue>(sum)
{
    protected override bool TryGetSibling(ReductionNode node, out ReductionNode sibling, out ReductionNode parent)
    {
        sibling = Nodes.FirstOrDefault(other => other.End == node.First || other.First == node.End);
        parent = new ReductionNode(Math.Min(node.First, sibling.Count > 0 ? sibling.First : node.First), node.Count + sibling.Count);
        return sibling.Count > 0;
    }
}

/// <summary>Adds a duplicated node to the first one while that waits for its sibling.</summary>
internal sealed class DoublingTree(INodeSum<GradientNodeValue> sum) : PartialSum<GradientNodeValue>(sum)
{
    private readonly INodeSum<GradientNodeValue> _sum = sum;
    private readonly Dictionary<ReductionNode, GradientNodeValue> _taken = []; // copies
    private bool _isDoubling;

    public override void Begin(int leaves)
    {
        base.Begin(leaves);
        _taken.Clear();
    }

    public override bool Covers(ReductionNode node) => !_isDoubling && base.Covers(node);

    public override bool Add(ReductionNode node, GradientNodeValue value)
    {
        if (_taken.TryGetValue(node, out var first) && Nodes.Contains(node) && node.Count < Leaves)
        {
            _isDoubling = true; // the sum replaces the first one
            base.Add(node, _sum.Combine(first, value));
            _isDoubling = false;
            _taken.Remove(node);
            return true;
        }
        var copy = value with { Values = value.Values.ToArray(), Lease = null };
        if (!base.Add(node, value)) return false;
        _taken[node] = copy;
        return true;
    }
}
