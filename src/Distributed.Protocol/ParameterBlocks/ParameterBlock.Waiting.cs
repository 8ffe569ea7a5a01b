using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>Waits of a <see cref="ParameterBlock"/>.</summary>
public sealed record BlockTimes
{
    /// <summary>A block without state says so again after this long.</summary>
    public TimeSpan ReportAgain { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Missing nodes are asked for after this long, then after twice as long, and so on up to <see cref="AskAtMost"/>.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two such questions.</summary>
    public TimeSpan AskAtMost { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shards are never called late before this.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Shards are late after so many usual steps.</summary>
    public int LateSteps { get; init; } = 4;

    /// <summary>Shards of the first step of a lineage, when no usual step is known, are late after this.</summary>
    public TimeSpan FirstStepLateAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The shortest time between two progress reports.</summary>
    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromMilliseconds(100);
}

/// <summary>What a block does when nothing comes: asks for missing nodes, names late shards, repeats facts.</summary>
public sealed partial class ParameterBlock
{
    private TimeSpan _heardAt; // the latest time that any message brought
    private TimeSpan _stepBegan;
    private TimeSpan _usualStep; // zero until a step was made
    private TimeSpan _askAt;
    private TimeSpan _askWait;
    private TimeSpan _lateAt;
    private TimeSpan _reportAt;
    private TimeSpan _progressAt;
    private long _progressStep = -1;

    /// <summary>Time passes; called every few tens of milliseconds.</summary>
    public void OnTick(TimeSpan now)
    {
        Hear(now);
        AskToLeave(now);
        if (_state is not { } state)
        {
            if (_loading is null) ReportStateAgain(now);
            return;
        }
        if (_block > 0 && AwaitsDecision(state)) ReportStateAgain(now); // the word that opens the next epoch may be lost
        RepeatSnapshotFacts(state, now);
        if (state.Sums.HasDiverged) RepeatDivergence(now);
        if (_block == 0)
        {
            ReportProgress(state, now);
            RepeatEpochFacts(state, now);
        }
        ReportDispute(state, now);
        if (IsOpen(state)) ChaseMissing(state, now);
    }

    /// <summary>Whether the current step may be computed: its epoch is open and the job does not end before it.</summary>
    private static bool IsOpen(LoadedState state) =>
        state.Step < state.Plan.TotalSteps && state.Plan.EpochOf(state.Step) <= state.OpenThrough && !state.Sums.IsHeld && !state.Sums.HasDiverged;

    private void BeginStep(LoadedState state, TimeSpan now)
    {
        if (now > _stepBegan && state.Tree.Leaves > 0)
            NoteStep(now - _stepBegan);
        else if (state.Tree.Leaves == 0) _usualStep = TimeSpan.Zero;
        state.Tree.Begin(state.Step < state.Plan.TotalSteps ? state.Plan.ShardCount(state.Step) : 0);
        state.Audits.Begin(state.Step, state.Tree.Leaves);
        _stepBegan = now;
        _askWait = _times.AskAfter;
        _askAt = now + Later(_askWait, _usualStep * 2);
        _lateAt = now + LateWait();
    }

    /// <summary>
    /// What a step usually takes: it rises at once, at most twofold, and falls slowly. A clock that jumped, or a machine that stood still for
    /// minutes, is no usual step, and nobody must be waited for as long afterwards.
    /// </summary>
    private void NoteStep(TimeSpan took) => _usualStep =
        _usualStep == TimeSpan.Zero ? Sooner(took, _times.FirstStepLateAfter / _times.LateSteps)
        : took > _usualStep ? Sooner(took, _usualStep * 2)
        : _usualStep + (took - _usualStep) / 8;

    private TimeSpan LateWait() =>
        _usualStep == TimeSpan.Zero ? _times.FirstStepLateAfter : Later(_times.LateAfter, _usualStep * _times.LateSteps);

    /// <summary>A sample is evaluated in less time than it is learned from; but a validation set may have many steps' samples.</summary>
    private TimeSpan EvaluationLateWait(LoadedState state) => LateWait() * Math.Max(1, state.Plan.StepsOfAnEvaluation);

    /// <summary>Who was just given what is missing is not late with it yet.</summary>
    private void GiveOwnersTime(LoadedState state)
    {
        _lateAt = Later(_lateAt, _heardAt + LateWait());
        state.Sums.LateAt = Later(state.Sums.LateAt, _heardAt + EvaluationLateWait(state));
    }

    /// <summary>After a bounded wait the owners are asked for what is missing; later the coordinator hears which shards are late.</summary>
    private void ChaseMissing(LoadedState state, TimeSpan now)
    {
        if (now < _askAt && now < _lateAt) return;
        _missing.Clear();
        state.Tree.AddMissing(_missing);
        if (now >= _askAt)
        {
            AskOwners(state);
            AskAuditors(state);
            _askWait = Sooner(_askWait * 2, _times.AskAtMost);
            _askAt = now + _askWait;
        }
        if (now >= _lateAt)
        {
            _lateAt = now + LateWait();
            FindSilent(state);
            if (_missing.Count > 0 || _silent.Count > 0)
                _effects.ToCoordinator(new StepLate(_job, _block, state.Lineage, state.Step, [.. _missing]) { Silent = _silent.Count > 0 ? [.. _silent] : null });
        }
    }

    private void AskOwners(LoadedState state)
    {
        for (var i = 0; i < _assignment.Shares.Count; i++)
        {
            var run = _assignment.RunAt(i, state.Tree.Leaves);
            foreach (var gap in _missing)
            {
                var first = Math.Max(run.First, gap.First);
                var count = Math.Min(run.End, gap.End) - first;
                if (count > 0)
                    _effects.ToWorker(_assignment.Shares[i].Worker, new GetMissingNodes(_job, _block, state.Lineage, state.Step, new IndexRange(first, count)));
            }
        }
    }

    private void ReportStateAgain(TimeSpan now)
    {
        if (now < _reportAt) return;
        _reportAt = now + _times.ReportAgain;
        ReportState();
    }

    private void Hear(TimeSpan now) => _heardAt = Later(_heardAt, now);

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Sooner(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
