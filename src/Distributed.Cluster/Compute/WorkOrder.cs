using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Compute;

/// <summary>
/// A run of shards that the compute threads take leaf by leaf. A thread-safe shell around <see cref="ShardSums{T}"/>, which decides the order of
/// summation: the thread that finishes the second of two siblings adds them, outside the lock.
/// </summary>
internal abstract class WorkOrder(long lineage, IndexRange run, WeightsView weights)
{
    public long Lineage { get; } = lineage;

    public WeightsView Weights { get; } = weights;

    /// <summary>The required version of the weights.</summary>
    public long Version => Weights.Version;

    /// <summary>The number of shards.</summary>
    public int Shards => run.Count;

    /// <summary>Takes the next leaf; returns false when all are taken.</summary>
    public abstract bool TryTake(out int leaf);

    /// <summary>Releases the partial sums: the rest is no longer needed.</summary>
    public abstract void Drop();
}

/// <summary>A run of a training step; computes gradients.</summary>
internal sealed class GradientOrder(long lineage, IndexRange run, int leaves, WeightsView weights, GradientFormat format)
    : WorkOrder(lineage, run, weights)
{
    private readonly ShardSums<GradientBuffer> _sums = new(leaves, run); // also its own lock

    /// <summary>How the gradient's nodes are rounded.</summary>
    public GradientFormat Format => format;

    public override bool TryTake(out int leaf)
    {
        lock (_sums) return _sums.TryTakeLeaf(out leaf);
    }

    /// <summary>Adds a leaf and sums completed siblings. Returns the maximal node when it is complete; otherwise null.</summary>
    public GradientBuffer? Complete(GradientBuffer leaf)
    {
        var done = leaf;
        while (true)
        {
            NodeOutcome outcome;
            Siblings<GradientBuffer> siblings;
            lock (_sums) outcome = _sums.Finish(done.Node, done, out siblings);
            if (outcome != NodeOutcome.MeetsSibling) return outcome == NodeOutcome.IsMaximal ? done : null;
            var (parent, lower, upper) = siblings;
            GradientArithmetic.Add(format, lower.Span, upper.Span, lower.Span);
            lower.Metrics = ShardMetrics.Add(lower.Metrics, upper.Metrics);
            lower.Node = parent;
            upper.Dispose();
            done = lower;
        }
    }

    public override void Drop()
    {
        lock (_sums) _sums.Drop(static buffer => buffer.Dispose());
    }
}

/// <summary>A run of a validation; computes metrics only.</summary>
internal sealed class EvaluationOrder(long lineage, int epoch, IndexRange run, int leaves, WeightsView weights) : WorkOrder(lineage, run, weights)
{
    private readonly ShardSums<ShardMetrics> _sums = new(leaves, run); // also its own lock

    /// <summary>The epoch under evaluation.</summary>
    public int Epoch { get; } = epoch;

    public override bool TryTake(out int leaf)
    {
        lock (_sums) return _sums.TryTakeLeaf(out leaf);
    }

    /// <summary>Adds a leaf and sums completed siblings. Returns whether <paramref name="node"/> is now a complete maximal node.</summary>
    public bool Complete(ref ReductionNode node, ref ShardMetrics metrics)
    {
        while (true)
        {
            NodeOutcome outcome;
            Siblings<ShardMetrics> siblings;
            lock (_sums) outcome = _sums.Finish(node, metrics, out siblings);
            if (outcome != NodeOutcome.MeetsSibling) return outcome == NodeOutcome.IsMaximal;
            (node, metrics) = (siblings.Parent, ShardMetrics.Add(siblings.Lower, siblings.Upper));
        }
    }

    public override void Drop()
    {
    }
}
