using CsCheck;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Tests.Planning;

public sealed class PartialSumTests
{
    /// <summary>A float sum, which is not associative, with the leaves it contains and whether it was given up.</summary>
    private sealed class Value(float sum, int[] leaves)
    {
        public readonly float Sum = sum;
        public readonly int[] Leaves = leaves; // how often each leaf is counted
        public int GivenUp;
    }

    private sealed class FloatSum : INodeSum<Value>
    {
        public Value Combine(Value lower, Value upper)
        {
            Discard(lower);
            Discard(upper);
            return new Value(lower.Sum + upper.Sum, [.. lower.Leaves.Zip(upper.Leaves, (a, b) => a + b)]);
        }

        public void Discard(Value value) => Assert.Equal(1, ++value.GivenUp);
    }

    [Fact]
    public void Any_partition_order_duplicate_and_overlap_gives_the_canonical_sum() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, int.MaxValue]).Sample((leaves, seed) =>
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, leaves).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-6, 7))).ToArray();
            var tree = new PartialSum<Value>(new FloatSum());
            var everything = new List<Value>();
            tree.Begin(leaves);
            while (!tree.IsComplete)
            {
                foreach (var node in SomeNodes(leaves, random))
                {
                    var value = Make(values, node);
                    everything.Add(value);
                    var covered = tree.Covers(node);
                    Assert.Equal(!covered, tree.Add(node, value));
                    Assert.True(tree.Covers(node));
                    Assert.InRange(tree.Count, 1, leaves);
                    AssertMissing(tree, leaves);
                }
            }
            Assert.Equal(BitConverter.SingleToInt32Bits(Canonical(values, 0, leaves)), BitConverter.SingleToInt32Bits(tree.Root.Sum));
            Assert.All(tree.Root.Leaves, times => Assert.Equal(1, times));
            var root = tree.Root;
            tree.Begin(3);
            Assert.All(everything, value => Assert.Equal(1, value.GivenUp)); // nothing leaks, nothing is given up twice
            Assert.Equal(1, root.GivenUp);
        }, iter: 2000);

    [Fact]
    public void A_node_supersedes_what_lies_below_it()
    {
        var tree = new PartialSum<Value>(new FloatSum());
        tree.Begin(5);
        float[] values = [1, 2, 3, 4, 5];
        var below = Make(values, new ReductionNode(1, 1));
        tree.Add(new ReductionNode(1, 1), below);
        tree.Add(new ReductionNode(0, 4), Make(values, new ReductionNode(0, 4)));
        Assert.Equal(1, below.GivenUp);
        Assert.Equal(1, tree.Count);
        Assert.False(tree.Add(new ReductionNode(2, 2), Make(values, new ReductionNode(2, 2))));
        var missing = new List<IndexRange>();
        tree.AddMissing(missing);
        Assert.Equal([new IndexRange(4, 1)], missing);
        tree.Add(new ReductionNode(4, 1), Make(values, new ReductionNode(4, 1)));
        Assert.Equal(15, tree.Root.Sum);
    }

    [Fact]
    public void A_range_that_is_no_node_is_refused()
    {
        var tree = new PartialSum<Value>(new FloatSum());
        tree.Begin(5);
        Assert.Throws<ArgumentException>(() => tree.Add(new ReductionNode(1, 2), new Value(0, [])));
        Assert.Throws<ArgumentException>(() => tree.Add(new ReductionNode(4, 2), new Value(0, [])));
        Assert.Throws<InvalidOperationException>(() => tree.Root);
    }

    [Fact]
    public void A_tree_without_leaves_is_never_complete()
    {
        var tree = new PartialSum<Value>(new FloatSum());
        Assert.False(tree.IsComplete);
        tree.Begin(0);
        Assert.False(tree.IsComplete);
    }

    /// <summary>The maximal nodes of a random partition's runs, shuffled, some omitted, some duplicated.</summary>
    private static List<ReductionNode> SomeNodes(int leaves, Random random)
    {
        var nodes = new List<ReductionNode>();
        for (var first = 0; first < leaves;)
        {
            var count = random.Next(1, leaves - first + 1);
            if (random.Next(3) > 0) ReductionTree.AddMaximalNodes(leaves, new IndexRange(first, count), nodes);
            first += count;
        }
        nodes.AddRange(nodes.Where(_ => random.Next(4) == 0).ToList());
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(nodes));
        return nodes;
    }

    private static Value Make(float[] values, ReductionNode node) =>
        new(Canonical(values, node.First, node.Count), [.. Enumerable.Range(0, values.Length).Select(i => i >= node.First && i < node.End ? 1 : 0)]);

    private static float Canonical(float[] values, int first, int count)
    {
        if (count == 1) return values[first];
        var left = 1;
        while (left * 2 < count) left *= 2;
        return Canonical(values, first, left) + Canonical(values, first + left, count - left);
    }

    private static void AssertMissing(PartialSum<Value> tree, int leaves)
    {
        var missing = new List<IndexRange>();
        tree.AddMissing(missing);
        for (var leaf = 0; leaf < leaves; leaf++)
            Assert.Equal(!tree.Covers(new ReductionNode(leaf, 1)), missing.Exists(gap => gap.Contains(leaf)));
    }
}
