using System.Diagnostics;
using Distributed.Cluster.Measures;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Compute;

/// <summary>
/// Computes leaves of a worker's orders and adds each to its order's sum. Shared by the compute threads; each brings its own workspace.
/// </summary>
/// <param name="weights">The weights, prepared by the first thread that needs a version.</param>
/// <param name="buffers">The memory of gradients.</param>
/// <param name="speed">Measures the training.</param>
internal sealed class LeafComputation(StepWeights weights, GradientBuffers buffers, TrainingSpeed speed)
{
    /// <summary>The speed of training across all threads.</summary>
    public TrainingSpeed Speed => speed;

    /// <summary>Computes one leaf. Returns the message for the actor when a maximal node is complete or a stride has ended; otherwise null.</summary>
    public object? Compute(ShardTask shard, WorkOrder order, int leaf)
    {
        if (order is StrideOrder stride) return stride.Run(leaf, shard, this);
        if (!weights.Prepare(order.Lineage, order.Weights, order.Shards)) return null; // a later version has arrived: the leaf is obsolete
        return order switch
        {
            GradientOrder training => Train(shard, training, leaf),
            EvaluationOrder validation => Evaluate(shard, validation, leaf),
            _ => throw new InvalidOperationException($"an order of type {order.GetType().Name}"),
        };
    }

    /// <summary>Computes one leaf's gradient with the prepared weights.</summary>
    /// <param name="shard">The thread's workspace.</param>
    /// <param name="step">The step.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="gradient">[parameters], overwritten.</param>
    /// <param name="format">How it is rounded.</param>
    public ShardMetrics Train(ShardTask shard, long step, int leaf, Span<float> gradient, GradientFormat format)
    {
        var begun = Stopwatch.GetTimestamp();
        var metrics = shard.Train(weights, step, leaf, gradient);
        GradientArithmetic.RoundLeaf(format, gradient);
        speed.Record(metrics.Samples, Stopwatch.GetTimestamp() - begun);
        return metrics;
    }

    private NodeComputed? Train(ShardTask shard, GradientOrder order, int leaf)
    {
        var buffer = buffers.Rent();
        buffer.Node = new ReductionNode(leaf, 1);
        buffer.Metrics = Train(shard, order.Version, leaf, buffer.Span, order.Format);
        return order.Complete(buffer) is { } done ? new NodeComputed(order.Lineage, order.Version, done) : null;
    }

    private NodeEvaluated? Evaluate(ShardTask shard, EvaluationOrder order, int leaf)
    {
        var node = new ReductionNode(leaf, 1);
        var metrics = shard.Evaluate(weights, leaf);
        return order.Complete(ref node, ref metrics) ? new NodeEvaluated(order.Lineage, order.Epoch, node, metrics) : null;
    }
}
