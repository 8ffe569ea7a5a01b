using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Compute;

/// <summary>
/// A run of shards of one step, or of one validation, that the compute threads take leaf by leaf in ascending order. Siblings are summed
/// along the reduction tree by whichever thread finds both; the shape of the tree fixes the bits, not the order.
/// </summary>
internal sealed class WorkOrder(
    long lineage, long step, int? evaluatedEpoch, IndexRange run, int leaves, WeightsView weights, GradientFormat format)
{
    private readonly Lock _gate = new();
    private Dictionary<ReductionNode, GradientBuffer>? _gradients; // made when a sibling has to wait
    private Dictionary<ReductionNode, ShardMetrics>? _metrics;
    private int _next = run.First;

    public long Lineage { get; } = lineage;

    /// <summary>The version of the weights that it needs.</summary>
    public long Version { get; } = step;

    /// <summary>The epoch that is evaluated; null for training.</summary>
    public int? EvaluatedEpoch { get; } = evaluatedEpoch;

    public WeightsView Weights { get; } = weights;

    /// <summary>Its shards.</summary>
    public int Shards => run.Count;

    /// <summary>Takes the next leaf; false when all are taken.</summary>
    public bool TryTake(out int leaf)
    {
        leaf = Interlocked.Increment(ref _next) - 1;
        return leaf < run.End;
    }

    /// <summary>
    /// Adds a leaf's gradient and sums as far as siblings are there. Returns the maximal node that became complete, null when others are
    /// missing.
    /// </summary>
    public GradientBuffer? Complete(GradientBuffer leaf)
    {
        var done = leaf;
        while (true)
        {
            GradientBuffer other;
            ReductionNode parent;
            lock (_gate)
            {
                if (IsMaximal(done.Node, out var sibling, out parent)) return done;
                if (_gradients is null || !_gradients.Remove(sibling, out other!))
                {
                    (_gradients ??= []).Add(done.Node, done);
                    return null;
                }
            }
            var (lower, upper) = done.Node.First < other.Node.First ? (done, other) : (other, done);
            GradientArithmetic.Add(format, lower.Span, upper.Span, lower.Span);
            lower.Metrics = ShardMetrics.Add(lower.Metrics, upper.Metrics);
            lower.Node = parent;
            upper.Dispose();
            done = lower;
        }
    }

    /// <summary>The same for metrics alone.</summary>
    public bool Complete(ref ReductionNode node, ref ShardMetrics metrics)
    {
        while (true)
        {
            lock (_gate)
            {
                if (IsMaximal(node, out var sibling, out var parent)) return true;
                if (_metrics is null || !_metrics.Remove(sibling, out var other))
                {
                    (_metrics ??= []).Add(node, metrics);
                    return false;
                }
                metrics = node.First < sibling.First ? ShardMetrics.Add(metrics, other) : ShardMetrics.Add(other, metrics);
                node = parent;
            }
        }
    }

    /// <summary>Gives back what is summed so far: nobody waits for the rest.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            if (_gradients is null) return;
            foreach (var buffer in _gradients.Values) buffer.Dispose();
            _gradients.Clear();
        }
    }

    private bool IsMaximal(ReductionNode node, out ReductionNode sibling, out ReductionNode parent) =>
        !ReductionTree.TryGetSibling(leaves, node, out sibling, out parent) || parent.First < run.First || parent.End > run.End;
}
