using Distributed.Cluster.Compute;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Tests.Compute;

/// <summary>The thread-safe shell around <see cref="ShardSums{T}"/>, under real threads.</summary>
public sealed class WorkOrderTests
{
    private const int Leaves = 50, Parameters = 17, Threads = 4;
    private static readonly IndexRange Run = new(3, 45);
    private static readonly WeightsView Weights = new(7, []);

    private static int Seed { get; } = Environment.TickCount;

    private static float[][] Gradients { get; } = MakeGradients();

    [Theory]
    [InlineData(GradientFormat.Float32)]
    [InlineData(GradientFormat.BFloat16)]
    public void Threads_that_finish_leaves_in_any_order_come_to_the_same_bits(GradientFormat format)
    {
        var one = Sum(format, threads: 1);
        for (var repetition = 0; repetition < 50; repetition++)
        {
            var many = Sum(format, Threads);
            Assert.Equal(one.Keys.Order(), many.Keys.Order());
            foreach (var (first, sum) in many)
                Assert.True(sum.AsSpan().SequenceEqual(one[first]), $"SEED={Seed}: the node from leaf {first} has other bits");
        }
    }

    [Fact]
    public void Metrics_of_all_leaves_of_a_validation_are_summed_once()
    {
        var order = new EvaluationOrder(1, epoch: 0, new IndexRange(0, Leaves), Leaves, Weights);
        var root = default(ShardMetrics);
        Parallel.For(0, Threads, _ =>
        {
            while (order.TryTake(out var leaf))
            {
                var node = new ReductionNode(leaf, 1);
                var metrics = new ShardMetrics { Samples = leaf };
                if (order.Complete(ref node, ref metrics)) root = metrics;
            }
        });
        Assert.Equal(Leaves * (Leaves - 1) / 2, root.Samples);
    }

    [Fact]
    public void A_dropped_order_gives_its_buffers_back()
    {
        var buffers = new GradientBuffers(Parameters);
        var order = new GradientOrder(1, Run, Leaves, Weights, GradientFormat.Float32);
        var buffer = buffers.Rent();
        buffer.Node = new ReductionNode(4, 1); // waits for leaf 5
        Assert.Null(order.Complete(buffer));
        order.Drop();
        Assert.Same(buffer, buffers.Rent());
    }

    private static SortedDictionary<int, float[]> Sum(GradientFormat format, int threads)
    {
        var buffers = new GradientBuffers(Parameters);
        var order = new GradientOrder(1, Run, Leaves, Weights, format);
        var done = new SortedDictionary<int, float[]>();
        Parallel.For(0, threads, _ =>
        {
            while (order.TryTake(out var leaf))
            {
                var buffer = buffers.Rent();
                buffer.Node = new ReductionNode(leaf, 1);
                Gradients[leaf].CopyTo(buffer.Span);
                GradientArithmetic.RoundLeaf(format, buffer.Span);
                if (order.Complete(buffer) is not { } maximal) continue;
                lock (done) done.Add(maximal.Node.First, maximal.Span.ToArray());
            }
        });
        return done;
    }

    private static float[][] MakeGradients()
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, Leaves).Select(_ => Enumerable.Range(0, Parameters)
            .Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-6, 7))).ToArray())];
    }
}
