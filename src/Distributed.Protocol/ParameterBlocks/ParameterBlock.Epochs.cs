using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>Block 0's further duties: progress, the validation tree at an epoch's end, holding the job.</summary>
public sealed partial class ParameterBlock
{
    private TimeSpan _epochFactAt;
    private TrainingDiverged? _divergence;

    /// <summary>A coordinator opens the next epoch.</summary>
    public void OnOpenEpoch(OpenBlockEpoch message, TimeSpan now)
    {
        if (!AcceptTerm(message.Term) || _state is not { } state || message.Lineage != state.Lineage || message.OpenThrough <= state.OpenThrough) return;
        Hear(now);
        state.OpenThrough = message.OpenThrough;
        state.Sums.Evaluation.Begin(0);
        if (state.Plan.IsBoundary(state.Step)) _stepBegan = _heardAt; // the wait at the barrier is no step's time
        _askAt = _heardAt + _askWait;
        _lateAt = _heardAt + LateWait();
    }

    /// <summary>A worker's node of the validation tree.</summary>
    public void OnPushEvaluation(PushEvaluation message, TimeSpan now)
    {
        if (_state is not { } state || message.Lineage != state.Lineage || !IsEvaluating(state) || message.Epoch != EpochBefore(state) ||
            !ReductionTree.Contains(state.Sums.Evaluation.Leaves, message.Node)) return;
        Hear(now);
        if (state.Sums.Evaluation.Add(message.Node, message.Metrics) && state.Sums.Evaluation.IsComplete)
        {
            _epochFactAt = now;
            RepeatEpochFacts(state, now);
        }
    }

    /// <summary>A coordinator asks block 0 to withhold its next weights; already withheld ones are named again.</summary>
    public void OnHold(HoldBlock message)
    {
        if (!AcceptTerm(message.Term) || _state is not { } state || message.Lineage != state.Lineage) return;
        state.Sums.WantsHold = true;
        if (state.Sums.IsHeld) _effects.ToCoordinator(new BlockHeld(_job, state.Lineage, state.Step));
    }

    private void HoldHere(LoadedState state)
    {
        state.Sums.IsHeld = true;
        _effects.ToCoordinator(new BlockHeld(_job, state.Lineage, state.Step));
    }

    private void Diverge(LoadedState state, long step, int? shard)
    {
        _divergence = new TrainingDiverged(_job, state.Lineage, step, shard);
        state.Sums.HasDiverged = true;
        RepeatDivergence(_heardAt);
    }

    private void RepeatDivergence(TimeSpan now)
    {
        if (_divergence is null || now < _epochFactAt) return;
        _epochFactAt = now + _times.ReportAgain;
        _effects.ToCoordinator(_divergence);
    }

    private void BeginEvaluationAtBoundary(LoadedState state, TimeSpan now)
    {
        if (!AwaitsDecision(state)) return;
        BeginEvaluation(state, state.Sums.IsHeld ? 0 : state.Plan.EvaluationShardCount, now);
        _epochFactAt = now;
        RepeatEpochFacts(state, now);
    }

    private void BeginEvaluation(LoadedState state, int shards, TimeSpan now)
    {
        state.Sums.Evaluation.Begin(shards);
        state.Sums.AskAt = now + _times.AskAfter;
        state.Sums.LateAt = now + EvaluationLateWait(state);
    }

    private static bool AwaitsDecision(LoadedState state) =>
        state.Plan.IsBoundary(state.Step) && EpochBefore(state) + 1 > state.OpenThrough;

    private static bool IsEvaluating(LoadedState state) =>
        AwaitsDecision(state) && state.Sums.Evaluation.Leaves > 0 && !state.Sums.Evaluation.IsComplete;

    private static int EpochBefore(LoadedState state) => state.Plan.EpochOf(state.Step - 1);

    /// <summary>At a barrier: asks for missing validation nodes, or repeats the epoch's result until the next epoch is open.</summary>
    private void RepeatEpochFacts(LoadedState state, TimeSpan now)
    {
        if (state.Sums.IsHeld && now >= _epochFactAt)
        {
            _epochFactAt = now + _times.ReportAgain;
            _effects.ToCoordinator(new BlockHeld(_job, state.Lineage, state.Step));
        }
        if (!AwaitsDecision(state) || state.Sums.IsHeld || state.Sums.HasDiverged) return;
        if (state.Plan.EvaluationShardCount > 0 && state.Sums.Evaluation.Leaves == 0)
            BeginEvaluation(state, state.Plan.EvaluationShardCount, now); // loaded a checkpoint that stands at a boundary
        if (IsEvaluating(state))
        {
            ChaseEvaluation(state, now);
            return;
        }
        if (now < _epochFactAt) return;
        _epochFactAt = now + _times.ReportAgain;
        _effects.ToCoordinator(new EpochCompleted(
            _job, state.Lineage, EpochBefore(state), state.Sums.Totals,
            state.Plan.EvaluationShardCount > 0 ? state.Sums.Evaluation.Root : null));
    }

    /// <summary>As <see cref="ChaseMissing"/>, for the validation tree.</summary>
    private void ChaseEvaluation(LoadedState state, TimeSpan now)
    {
        if (now < state.Sums.AskAt && now < state.Sums.LateAt) return;
        _missing.Clear();
        state.Sums.Evaluation.AddMissing(_missing);
        if (now >= state.Sums.AskAt)
        {
            state.Sums.AskAt = now + _times.AskAfter;
            AskForEvaluation(state);
        }
        if (now >= state.Sums.LateAt)
        {
            state.Sums.LateAt = now + EvaluationLateWait(state);
            _effects.ToCoordinator(new EvaluationLate(_job, state.Lineage, EpochBefore(state), [.. _missing]));
        }
    }

    private void AskForEvaluation(LoadedState state)
    {
        for (var i = 0; i < _assignment.Shares.Count; i++)
            foreach (var gap in _missing)
                if (_assignment.RunAt(i, state.Sums.Evaluation.Leaves) is var run &&
                    Math.Max(run.First, gap.First) is var first && Math.Min(run.End, gap.End) - first is > 0 and var count)
                    _effects.ToWorker(_assignment.Shares[i].Worker,
                        new GetMissingEvaluation(_job, state.Lineage, EpochBefore(state), new IndexRange(first, count)));
    }

    private void ReportProgress(LoadedState state, TimeSpan now)
    {
        if (state.Step == _progressStep || now < _progressAt) return;
        _progressAt = now + _times.ProgressEvery;
        _progressStep = state.Step;
        _effects.ToCoordinator(new StepsProgressed(_job, state.Lineage, state.Step, state.Sums.Totals));
    }
}
