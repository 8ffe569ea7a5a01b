using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>
/// A cancel ends the job within a bound, whatever state it is in: on the weights that block 0 withholds or that all blocks hold, else at the last
/// checkpoint, else without weights. A store that is at the last checkpoint is waited for, and the status says so.
/// </summary>
internal sealed class CancelDeadline(RunContext context)
{
    private TimeSpan? _since; // since when this coordinator knows that the cancel is durable

    /// <summary>Whether the blocks had their time to come to rest at a step's end.</summary>
    public bool MustWithdraw => context.History.IsCancelled && context.Now - _since >= context.Times.CancelHoldWithin;

    /// <summary>Whether the job ends with what it has.</summary>
    public bool IsOver => context.Now - _since >= context.Times.CancelWithin;

    /// <summary>No worker is assigned for this long before the blocks are believed to stand.</summary>
    public TimeSpan IdleWait => context.History.IsCancelled ? context.Times.AskAgain : context.Times.IdleBeforeRest;

    /// <summary>The end at the last checkpoint; without weights when there is none.</summary>
    public JobEnded EndAtLatest =>
        context.History.Latest is { } latest ? new JobEnded(JobOutcome.Cancelled, latest.Step, StopReason.Cancelled, null) : JobEnded.WithoutWeights;

    /// <summary>The time runs from the moment at which the cancel is known to be durable.</summary>
    public void Reconcile()
    {
        if (context.History.IsCancelled) _since ??= context.Now;
    }
}
