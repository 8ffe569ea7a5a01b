using CsCheck;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Tests.Planning;

public sealed class ReductionTreeTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 4)]
    [InlineData(8, 4)]
    [InlineData(9, 8)]
    [InlineData(65_536, 32_768)]
    public void A_node_splits_at_the_largest_power_of_two_below_its_leaves(int count, int left) => Assert.Equal(left, ReductionTree.LeftCount(count));

    [Fact]
    public void The_nodes_are_those_of_the_recursive_split() =>
        Gen.Int[1, 70].Sample(leaves =>
        {
            var nodes = NodesOf(leaves).ToHashSet();
            for (var first = -1; first <= leaves; first++)
                for (var count = 0; count <= leaves + 1; count++)
                    Assert.Equal(nodes.Contains(new ReductionNode(first, count)), ReductionTree.Contains(leaves, new ReductionNode(first, count)));
        });

    [Fact]
    public void Siblings_sum_to_their_parent() =>
        Gen.Int[1, 200].Sample(leaves =>
        {
            foreach (var node in NodesOf(leaves))
            {
                if (!ReductionTree.TryGetSibling(leaves, node, out var sibling, out var parent))
                {
                    Assert.Equal(new ReductionNode(0, leaves), node);
                    continue;
                }
                Assert.Equal(parent.Count, node.Count + sibling.Count);
                Assert.Equal(parent.First, Math.Min(node.First, sibling.First));
                Assert.True(parent.Covers(node) && parent.Covers(sibling) && !node.Covers(sibling));
            }
        });

    [Fact]
    public void The_maximal_nodes_of_a_run_cover_it_once_and_none_has_a_parent_inside() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 300], Gen.Int[0, 300]).Sample((leaves, from, length) =>
        {
            var run = new IndexRange(Math.Min(from, leaves), 0);
            run = run with { Count = Math.Min(length, leaves - run.First) };
            var nodes = new List<ReductionNode>();
            ReductionTree.AddMaximalNodes(leaves, run, nodes);
            var next = run.First;
            foreach (var node in nodes)
            {
                Assert.Equal(next, node.First);
                Assert.True(ReductionTree.Contains(leaves, node));
                if (ReductionTree.TryGetSibling(leaves, node, out _, out var parent)) Assert.False(parent.First >= run.First && parent.End <= run.End);
                next = node.End;
            }
            Assert.Equal(run.End, next);
        });

    /// <summary>All nodes by plain recursion.</summary>
    internal static IEnumerable<ReductionNode> NodesOf(int leaves)
    {
        var open = new Stack<ReductionNode>([new ReductionNode(0, leaves)]);
        while (open.TryPop(out var node))
        {
            yield return node;
            if (node.Count == 1) continue;
            var left = 1;
            while (left * 2 < node.Count) left *= 2;
            open.Push(new ReductionNode(node.First, left));
            open.Push(new ReductionNode(node.First + left, node.Count - left));
        }
    }
}
