using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Workers;

/// <summary>What to compute next, from the assignment, the weights that are here and the epochs that are open.</summary>
public sealed partial class WorkLedger
{
    private bool IsTraining => Version >= 0 && Version < _plan.TotalSteps && _plan.EpochOf(Version) <= _openThrough;

    private bool IsEvaluating => !IsTraining && _plan.IsBoundary(Version) && _plan.EvaluationShardCount > 0;

    /// <summary>Hands out the leaves that the assignment gives to this worker and that are not under way.</summary>
    private void Plan()
    {
        if (Version < 0) return;
        if (IsTraining)
        {
            PickAudited();
            _open.Clear();
            AddUncovered(_assignment.RunOf(_worker, _plan.ShardCount(Version)), _planned, _open);
            foreach (var run in _open)
            {
                _planned.Add(run);
                Compute(run);
            }
            PlanAudits();
        }
        else if (IsEvaluating)
        {
            _open.Clear();
            AddUncovered(_assignment.RunOf(_worker, _plan.EvaluationShardCount), _evaluating, _open);
            foreach (var run in _open)
            {
                _evaluating.Add(run);
                _effects.Evaluate(_lineage, _plan.EpochOf(Version - 1), run, _weights.View);
            }
        }
    }

    /// <summary>Another version or lineage: what belonged to the last one is closed.</summary>
    private void CloseStep()
    {
        ReleaseNodes();
        _planned.Clear();
        _auditing.Clear();
        _claims.Clear();
        _evaluating.Clear();
        _evaluated.Clear();
        _effects.AbandonBefore(_lineage, _weights.Floor);
    }

    private void ReleaseNodes()
    {
        foreach (var node in _nodes) _effects.Release(node);
        _nodes.Clear();
    }

    /// <summary>
    /// Whether weights should be coming: none are complete, some of the next version are here, or everything for this one was done long ago
    /// and nothing came. A worker without shards waits quietly.
    /// </summary>
    private bool LacksWeights()
    {
        if (!_assignment.Lists(_worker)) return false;
        if (Version < 0 || _weights.HasPartialNext) return true;
        return IsTraining && (_nodes.Count > 0 || _planned.Count == 0);
    }

    /// <summary>Adds the parts of a run that lie in none of the ranges of <paramref name="covered"/>, in ascending order.</summary>
    internal static void AddUncovered(IndexRange run, List<IndexRange> covered, List<IndexRange> into)
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
