using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Coordinator;

/// <summary>
/// A cancel ends the job within a bound, whatever state it is in: on the weights that block 0 withholds or that all blocks hold, else at the last
/// checkpoint, else without weights. A store that is at the last checkpoint is waited for, and the status says so.
/// </summary>
public sealed partial class TrainingRun
{
    private TimeSpan? _cancelledAt; // since when this coordinator knows that the cancel is durable
    private bool _isWithdrawn; // nobody is assigned any more, so that the blocks come to rest

    /// <summary>Whether workers are too slow for the blocks to come to rest at a step's end.</summary>
    private bool MustWithdraw() =>
        _history.IsCancelled && _heldStep is null && BarrierEpoch is null && _now - _cancelledAt >= _times.CancelHoldWithin;

    /// <summary>Nobody is assigned for this long before the blocks are believed to stand.</summary>
    private TimeSpan IdleWait => _history.IsCancelled ? _times.AskAgain : _times.IdleBeforeRest;

    /// <summary>The weights that a cancelled job is to end on, or its best ones, are copied, and the store alone is waited for.</summary>
    private bool IsStoringLast => BestIsOnItsWay || (_attempt is { IsCaptured: true } attempt && RestingStep() == attempt.Step);

    private JobEnded? EndOverdueCancel()
    {
        if (!_history.IsCancelled || IsStoringLast) return null;
        var isLoading = !_lineageComplete && !_adopting; // nothing that the journal does not have
        return isLoading || _now - _cancelledAt >= _times.CancelWithin ? CancelledAtLast() : null;
    }

    private JobEnded CancelledAtLast() =>
        _history.Latest is { } latest ? new JobEnded(JobOutcome.Cancelled, latest.Step, StopReason.Cancelled, null) : JobEnded.WithoutWeights;
}
