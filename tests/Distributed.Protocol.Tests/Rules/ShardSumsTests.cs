using CsCheck;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Protocol.Tests.Rules;

public sealed class ShardSumsTests
{
    private const int Length = 3;

    [Fact]
    public void Whatever_order_the_threads_finish_in_the_maximal_nodes_have_the_bits_of_the_naive_sum() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[0, int.MaxValue], Gen.Bool).Sample((leaves, seed, rounded) =>
        {
            var random = new Random(seed);
            var format = rounded ? GradientFormat.BFloat16 : GradientFormat.Float32;
            var first = random.Next(leaves);
            var run = new IndexRange(first, random.Next(1, leaves - first + 1));
            var gradients = Enumerable.Range(0, leaves).Select(_ => Gradient(random, format)).ToArray();

            var done = Finish(new ShardSums<float[]>(leaves, run), leaf => [.. gradients[leaf]], format, random);

            var expected = new List<ReductionNode>();
            ReductionTree.AddMaximalNodes(leaves, run, expected);
            Assert.Equal(expected, done.Keys.Order(Comparer<ReductionNode>.Create((a, b) => a.First - b.First)));
            foreach (var (node, sum) in done)
                Assert.Equal(Naive(gradients, node.First, node.Count, format).Select(BitConverter.SingleToInt32Bits), sum.Select(BitConverter.SingleToInt32Bits));
        }, iter: 3000);

    [Fact]
    public void Leaves_are_taken_once_each_in_ascending_order()
    {
        var sums = new ShardSums<int>(10, new IndexRange(3, 4));
        var taken = new List<int>();
        while (sums.TryTakeLeaf(out var leaf)) taken.Add(leaf);
        Assert.Equal([3, 4, 5, 6], taken);
        Assert.False(sums.TryTakeLeaf(out _));
    }

    [Fact]
    public void The_lower_sibling_is_the_first_operand_whichever_finishes_last()
    {
        foreach (var last in new[] { 0, 1 })
        {
            var sums = new ShardSums<string>(2, new IndexRange(0, 2));
            Assert.Equal(NodeOutcome.AwaitsSibling, sums.Finish(new ReductionNode(1 - last, 1), $"leaf {1 - last}", out _));
            Assert.Equal(NodeOutcome.MeetsSibling, sums.Finish(new ReductionNode(last, 1), $"leaf {last}", out var siblings));
            Assert.Equal(new Siblings<string>(new ReductionNode(0, 2), "leaf 0", "leaf 1"), siblings);
            Assert.Equal(NodeOutcome.IsMaximal, sums.Finish(siblings.Parent, "the root", out _));
        }
    }

    [Fact]
    public void Siblings_on_either_side_of_the_runs_edge_do_not_wait_for_each_other()
    {
        var sums = new ShardSums<int>(4, new IndexRange(1, 2)); // leaves 1 and 2 have different parents
        Assert.Equal(NodeOutcome.IsMaximal, sums.Finish(new ReductionNode(1, 1), 1, out _));
        Assert.Equal(NodeOutcome.IsMaximal, sums.Finish(new ReductionNode(2, 1), 2, out _));
        Assert.Equal(0, sums.WaitingNodes);
    }

    [Fact]
    public void Threads_that_take_ascending_leaves_leave_few_values_waiting()
    {
        const int Leaves = 1000, Threads = 4;
        var random = new Random(5);
        var sums = new ShardSums<int>(Leaves, new IndexRange(0, Leaves));
        var most = 0;
        var underWay = new List<int>();
        while (true)
        {
            while (underWay.Count < Threads && sums.TryTakeLeaf(out var leaf)) underWay.Add(leaf);
            if (underWay.Count == 0) break;
            var i = underWay.Count - 1 - random.Next(underWay.Count);
            var node = new ReductionNode(underWay[i], 1);
            underWay.RemoveAt(i);
            while (sums.Finish(node, 0, out var siblings) == NodeOutcome.MeetsSibling) node = siblings.Parent;
            most = Math.Max(most, sums.WaitingNodes);
        }
        Assert.InRange(most, 1, Threads * 10); // threads × levels of the tree
        Assert.Equal(0, sums.WaitingNodes);
    }

    [Fact]
    public void What_waits_is_given_back_once_when_the_run_is_dropped()
    {
        var sums = new ShardSums<int>(8, new IndexRange(0, 8));
        foreach (var leaf in new[] { 0, 3, 6 }) sums.Finish(new ReductionNode(leaf, 1), leaf, out _);
        var givenBack = new List<int>();
        sums.Drop(givenBack.Add);
        sums.Drop(givenBack.Add);
        Assert.Equal([0, 3, 6], givenBack.Order());
        Assert.Equal(0, sums.WaitingNodes);
    }

    /// <summary>Computes a run as threads that finish in random order would.</summary>
    private static Dictionary<ReductionNode, float[]> Finish(ShardSums<float[]> sums, Func<int, float[]> compute, GradientFormat format, Random random)
    {
        var leaves = new List<int>();
        while (sums.TryTakeLeaf(out var leaf)) leaves.Add(leaf);
        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(leaves));
        var done = new Dictionary<ReductionNode, float[]>();
        foreach (var leaf in leaves)
        {
            var (node, value) = (new ReductionNode(leaf, 1), compute(leaf));
            NodeOutcome outcome;
            while ((outcome = sums.Finish(node, value, out var siblings)) == NodeOutcome.MeetsSibling)
            {
                GradientArithmetic.Add(format, siblings.Lower, siblings.Upper, siblings.Lower);
                (node, value) = (siblings.Parent, siblings.Lower);
            }
            if (outcome == NodeOutcome.IsMaximal) done.Add(node, value);
        }
        Assert.Equal(0, sums.WaitingNodes);
        return done;
    }

    private static float[] Gradient(Random random, GradientFormat format)
    {
        var values = Enumerable.Range(0, Length).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-6, 7))).ToArray();
        GradientArithmetic.RoundLeaf(format, values);
        return values;
    }

    /// <summary>The sum by recursion along the canonical tree.</summary>
    private static float[] Naive(float[][] gradients, int first, int count, GradientFormat format)
    {
        if (count == 1) return gradients[first];
        var left = 1;
        while (left * 2 < count) left *= 2;
        float[] sum = [.. Naive(gradients, first, left, format).Zip(Naive(gradients, first + left, count - left, format), (a, b) => a + b)];
        GradientArithmetic.RoundLeaf(format, sum); // an inner node is rounded as a leaf is
        return sum;
    }
}
