using Distributed.Learning.Metrics;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Rules;

public sealed class GradientNodeSumTests
{
    private sealed class Lease : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }

    private static GradientNodeValue Leaf(float value, Lease lease) => new(new[] { value, -value }, new ShardMetrics { Divisor = 1, Samples = 1 }, null, lease);

    [Fact]
    public void The_roots_children_are_kept_as_they_came_until_the_root_is_read()
    {
        var sum = new GradientNodeSum(2, GradientFormat.Float32);
        var tree = new PartialSum<GradientNodeValue>(sum);
        tree.Begin(4);
        var leases = Enumerable.Range(0, 4).Select(_ => new Lease()).ToArray();
        for (var leaf = 3; leaf >= 0; leaf--) Assert.True(tree.Add(new ReductionNode(leaf, 1), Leaf(1 << leaf, leases[leaf])));
        var root = tree.Root;
        Assert.Equal([3f, -3], root.Values.ToArray());
        Assert.Equal([12f, -12], root.Addend!.Values.ToArray());
        Assert.Equal(4, root.Metrics.Samples);
        Assert.All(leases, lease => Assert.Equal(1, lease.Disposals)); // inner nodes are summed
        tree.Begin(4);
        Assert.NotSame(root.Accumulator, root.Addend.Accumulator);
    }

    [Fact]
    public void Leaves_that_make_the_root_are_given_back_with_it()
    {
        var tree = new PartialSum<GradientNodeValue>(new GradientNodeSum(2, GradientFormat.Float32));
        tree.Begin(2);
        var (lower, upper) = (new Lease(), new Lease());
        tree.Add(new ReductionNode(1, 1), Leaf(2, upper));
        tree.Add(new ReductionNode(0, 1), Leaf(1, lower));
        Assert.Equal([1f, -1], tree.Root.Values.ToArray());
        Assert.Equal([2f, -2], tree.Root.Addend!.Values.ToArray());
        Assert.Equal((0, 0), (lower.Disposals, upper.Disposals));
        tree.Begin(2);
        Assert.Equal((1, 1), (lower.Disposals, upper.Disposals));
    }

    [Fact]
    public void A_rounded_root_is_summed_at_once_because_it_is_rounded_after_the_sum()
    {
        var tree = new PartialSum<GradientNodeValue>(new GradientNodeSum(2, GradientFormat.BFloat16));
        tree.Begin(2);
        tree.Add(new ReductionNode(0, 1), Leaf(256, new Lease()));
        tree.Add(new ReductionNode(1, 1), Leaf(1, new Lease()));
        Assert.Null(tree.Root.Addend);
        Assert.Equal([256f, -256], tree.Root.Values.ToArray()); // 257 is no bfloat16 value: rounds to even
    }
}
