using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Workers;

/// <summary>
/// A worker's work on the current weights version: the leaves given to its compute threads, and the summed nodes, kept for blocks that may request
/// them again. The next version starts empty.
/// </summary>
internal sealed class VersionWork(IWorkerEffects effects)
{
    private readonly List<IComputedNode> _nodes = []; // all sent
    private readonly List<IndexRange> _planned = [];
    private readonly List<IndexRange> _evaluating = [];
    private readonly List<(ReductionNode Node, ShardMetrics Metrics)> _evaluated = [];
    private readonly List<IndexRange> _open = [];

    /// <summary>The summed gradient nodes.</summary>
    public IReadOnlyList<IComputedNode> Nodes => _nodes;

    /// <summary>The summed validation nodes.</summary>
    public IReadOnlyList<(ReductionNode Node, ShardMetrics Metrics)> Evaluated => _evaluated;

    /// <summary>Whether a stride from this version has ended: the next weights are on their way.</summary>
    public bool HasStridden { get; private set; }

    /// <summary>All shards of the step are part of a stride.</summary>
    public void BeginStride(int leaves) => _planned.Add(new IndexRange(0, leaves));

    /// <summary>The stride has ended at a later version.</summary>
    public void EndStride() => HasStridden = true;

    /// <summary>Whether training shards were handed out.</summary>
    public bool HasPlanned => _planned.Count > 0;

    /// <summary>Whether a training shard was handed out.</summary>
    public bool IsPlanned(int shard)
    {
        foreach (var run in _planned)
            if (run.Contains(shard)) return true;
        return false;
    }

    /// <summary>Hands out the leaves of a training run that are not in progress. The next call overwrites the result.</summary>
    public List<IndexRange> Plan(IndexRange run) => HandOut(run, _planned);

    /// <summary>The same for a validation run.</summary>
    public List<IndexRange> PlanEvaluation(IndexRange run) => HandOut(run, _evaluating);

    /// <summary>Keeps a node until the version is over.</summary>
    public void Keep(IComputedNode node) => _nodes.Add(node);

    /// <summary>Keeps a validation node until the version is over.</summary>
    public void Keep(ReductionNode node, ShardMetrics metrics) => _evaluated.Add((node, metrics));

    /// <summary>Whether a node is kept.</summary>
    public bool Has(ReductionNode node)
    {
        foreach (var kept in _nodes)
            if (kept.Node == node) return true;
        return false;
    }

    /// <summary>The version is over: its nodes are released.</summary>
    public void Close()
    {
        foreach (var node in _nodes) effects.Release(node);
        _nodes.Clear();
        _planned.Clear();
        _evaluating.Clear();
        _evaluated.Clear();
        HasStridden = false;
    }

    private List<IndexRange> HandOut(IndexRange run, List<IndexRange> handedOut)
    {
        _open.Clear();
        AddUncovered(run, handedOut, _open);
        handedOut.AddRange(_open);
        return _open;
    }

    /// <summary>Adds the parts of a run that lie in none of the ranges of <paramref name="covered"/>, in ascending order.</summary>
    private static void AddUncovered(IndexRange run, List<IndexRange> covered, List<IndexRange> into)
    {
        var next = run.First;
        while (next < run.End)
        {
            var end = run.End;
            var inside = false;
            foreach (var range in covered)
            {
                if (range.Contains(next))
                {
                    next = range.End;
                    inside = true;
                    break;
                }
                if (range.First > next && range.First < end) end = range.First;
            }
            if (inside) continue;
            into.Add(new IndexRange(next, end - next));
            next = end;
        }
    }
}
