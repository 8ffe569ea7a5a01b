using System.Diagnostics;
using Distributed.Cluster.Measures;
using Distributed.Protocol.Planning;

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

    /// <summary>Computes one leaf. Returns the message for the actor when a maximal node is complete; otherwise null.</summary>
    public object? Compute(ShardTask shard, WorkOrder order, int leaf)
    {
        if (!weights.Prepare(order.Lineage, order.Weights, order.Shards)) return null; // a later version has arrived: the leaf is obsolete
        return order switch
        {
            GradientOrder training => Train(shard, training, leaf),
            EvaluationOrder validation => Evaluate(shard, validation, leaf),
            _ => throw new InvalidOperationException($"an order of type {order.GetType().Name}"),
        };
    }

    private NodeComputed? Train(ShardTask shard, GradientOrder order, int leaf)
    {
        var begun = Stopwatch.GetTimestamp();
        var buffer = buffers.Rent();
        buffer.Node = new ReductionNode(leaf, 1);
        buffer.Metrics = shard.Train(weights, order.Version, leaf, buffer.Span);
        GradientArithmetic.RoundLeaf(order.Format, buffer.Span);
        speed.Record(buffer.Metrics.Samples, Stopwatch.GetTimestamp() - begun);
        return order.Complete(buffer) is { } done ? new NodeComputed(order.Lineage, order.Version, done) : null;
    }

    private NodeEvaluated? Evaluate(ShardTask shard, EvaluationOrder order, int leaf)
    {
        var node = new ReductionNode(leaf, 1);
        var metrics = shard.Evaluate(weights, leaf);
        return order.Complete(ref node, ref metrics) ? new NodeEvaluated(order.Lineage, order.Epoch, node, metrics) : null;
    }
}
