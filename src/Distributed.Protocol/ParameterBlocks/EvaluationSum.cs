using Distributed.Learning.Metrics;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>The validation tree of the boundary where block 0 stands; no leaves when nothing is evaluated.</summary>
internal sealed class EvaluationSum(BlockSite site, long lineage, EpochPlan plan)
{
    private readonly PartialSum<ShardMetrics> _tree = new(new MetricsSum());
    private TimeSpan _askAt;
    private TimeSpan _lateAt;

    /// <summary>Leaves of the tree.</summary>
    public int Leaves => _tree.Leaves;

    /// <summary>Whether every leaf has arrived.</summary>
    public bool IsComplete => _tree.IsComplete;

    /// <summary>The sums of the validation set; only when complete.</summary>
    public ShardMetrics Root => _tree.Root;

    /// <summary>Begins a tree over <paramref name="shards"/> leaves.</summary>
    public void Begin(int shards, TimeSpan now, TimeSpan stepLateWait)
    {
        _tree.Begin(shards);
        _askAt = now + site.Times.AskAfter;
        _lateAt = now + LateWait(stepLateWait);
    }

    /// <summary>The decision is made: the tree is no longer needed.</summary>
    public void End() => _tree.Begin(0);

    /// <summary>Takes a worker's node. Returns whether the tree is complete with it.</summary>
    public bool Add(ReductionNode node, ShardMetrics metrics) =>
        ReductionTree.Contains(_tree.Leaves, node) && _tree.Add(node, metrics) && _tree.IsComplete;

    /// <summary>Other workers have just been given the missing shards: they are not late yet.</summary>
    public void Defer(TimeSpan now, TimeSpan stepLateWait)
    {
        var at = now + LateWait(stepLateWait);
        if (at > _lateAt) _lateAt = at;
    }

    /// <summary>After a bounded wait, requests missing nodes from their owners; later reports late shards to the coordinator.</summary>
    public void ChaseMissing(int epoch, Assignment assignment, TimeSpan now, TimeSpan stepLateWait)
    {
        if (now < _askAt && now < _lateAt) return;
        var missing = new List<IndexRange>();
        _tree.AddMissing(missing);
        if (now >= _askAt)
        {
            _askAt = now + site.Times.AskAfter;
            foreach (var (worker, leaves) in assignment.OwnersOf(_tree.Leaves, missing))
                site.Effects.ToWorker(worker, new GetMissingEvaluation(site.Job, lineage, epoch, leaves));
        }
        if (now >= _lateAt)
        {
            _lateAt = now + LateWait(stepLateWait);
            site.Effects.ToCoordinator(new EvaluationLate(site.Job, lineage, epoch, missing));
        }
    }

    /// <summary>Evaluating a sample takes less time than training on it, but a validation set may hold many steps' worth of samples.</summary>
    private TimeSpan LateWait(TimeSpan stepLateWait) => stepLateWait * Math.Max(1, plan.StepsOfAnEvaluation);
}
