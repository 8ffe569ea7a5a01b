using Distributed.Learning.Metrics;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// The barrier at an epoch's end, and what block 0 does beyond its parameters: the epoch's running totals, the validation tree, progress reports, and
/// withholding its weights when the job must rest.
/// </summary>
internal sealed class EpochBoundary(BlockSite site, LoadBlock load, EpochPlan plan)
{
    private readonly EvaluationSum _evaluation = new(site, load.Lineage, plan);
    private bool _wantsHold; // a coordinator requested that the next weights be withheld
    private long _reportedStep = -1;
    private RepeatTimer _progress;
    private RepeatTimer _fact;

    /// <summary>The last epoch whose steps may be computed.</summary>
    public int OpenThrough { get; private set; } = load.OpenThrough;

    /// <summary>Sums over the epoch's completed steps, accumulated in step order as double.</summary>
    public ShardMetrics Totals { get; private set; } = load.Checkpoint?.Totals ?? default;

    /// <summary>Whether the newest weights are withheld.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Opens an epoch: its steps may be computed.</summary>
    public void Open(int epoch) => OpenThrough = Math.Max(OpenThrough, epoch);

    /// <summary>Whether a version is at the end of an undecided epoch.</summary>
    public bool AwaitsDecision(long step) => plan.IsBoundary(step) && EpochBefore(step) + 1 > OpenThrough;

    /// <summary>The validation of the last epoch is over.</summary>
    public void EndEvaluation() => _evaluation.End();

    /// <inheritdoc cref="EvaluationSum.Defer"/>
    public void Defer(TimeSpan now, TimeSpan stepLateWait) => _evaluation.Defer(now, stepLateWait);

    /// <summary>Adds the sums of a step.</summary>
    public void Add(long step, ShardMetrics metrics) => Totals = EpochTotals.Add(plan, Totals, step, metrics);

    /// <summary>A stride has added the sums of its steps.</summary>
    public void Advance(ShardMetrics totals) => Totals = totals;

    /// <summary>A coordinator requests that the next weights be withheld; if some already are, reports them again.</summary>
    public void Hold(long step)
    {
        _wantsHold = true;
        if (IsHeld) TellHeld(step);
    }

    /// <summary>Withholds new weights if requested.</summary>
    public bool TryHold(long step)
    {
        if (!_wantsHold) return false;
        IsHeld = true;
        TellHeld(step);
        return true;
    }

    /// <summary>New weights are available: at a boundary their evaluation begins.</summary>
    public void Begin(long step, Assignment assignment, TimeSpan now, TimeSpan lateWait)
    {
        if (!AwaitsDecision(step)) return;
        _evaluation.Begin(IsHeld ? 0 : plan.EvaluationShardCount, now, lateWait);
        _fact.Reset();
        RepeatFacts(step, assignment, now, lateWait);
    }

    /// <summary>Takes a worker's node of the validation tree.</summary>
    public void Add(PushEvaluation message, long step, Assignment assignment, TimeSpan now, TimeSpan lateWait)
    {
        if (!IsEvaluating(step) || message.Epoch != EpochBefore(step) || !_evaluation.Add(message.Node, message.Metrics)) return;
        _fact.Reset();
        RepeatFacts(step, assignment, now, lateWait);
    }

    /// <summary>At a barrier: requests missing validation nodes, or repeats the epoch's result until the next epoch is open.</summary>
    public void RepeatFacts(long step, Assignment assignment, TimeSpan now, TimeSpan lateWait)
    {
        if (IsHeld)
        {
            if (_fact.IsDue(now, site.Times.ReportAgain)) TellHeld(step);
            return;
        }
        if (!AwaitsDecision(step)) return;
        if (plan.EvaluationShardCount > 0 && _evaluation.Leaves == 0)
            _evaluation.Begin(plan.EvaluationShardCount, now, lateWait); // the loaded checkpoint is at a boundary
        if (IsEvaluating(step)) _evaluation.ChaseMissing(EpochBefore(step), assignment, now, lateWait);
        else if (_fact.IsDue(now, site.Times.ReportAgain))
            site.Effects.ToCoordinator(new EpochCompleted(
                site.Job, load.Lineage, EpochBefore(step), Totals, plan.EvaluationShardCount > 0 ? _evaluation.Root : null));
    }

    /// <summary>Whether progress, if there is any, may be reported.</summary>
    public bool IsReportDue(TimeSpan now) => _progress.WouldBeDue(now);

    /// <summary>Reports progress at a limited rate.</summary>
    public void ReportProgress(long step, TimeSpan now)
    {
        if (step == _reportedStep || !_progress.IsDue(now, site.Times.ProgressEvery)) return;
        _reportedStep = step;
        site.Effects.ToCoordinator(new StepsProgressed(site.Job, load.Lineage, step, Totals));
    }

    private bool IsEvaluating(long step) => AwaitsDecision(step) && _evaluation.Leaves > 0 && !_evaluation.IsComplete;

    private int EpochBefore(long step) => plan.EpochOf(step - 1);

    private void TellHeld(long step) => site.Effects.ToCoordinator(new BlockHeld(site.Job, load.Lineage, step));
}
