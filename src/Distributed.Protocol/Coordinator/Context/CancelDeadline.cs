using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>
/// Bounds how long a cancel takes in any state. The job ends on the weights that block 0 withholds or all blocks hold, else at the last checkpoint,
/// else without weights. If the store is writing the last checkpoint, the job waits for it, and the status says so.
/// </summary>
internal sealed class CancelDeadline(RunContext context)
{
    private TimeSpan? _since; // when this coordinator learned that the cancel is durable

    /// <summary>Whether the blocks have had their time to come to rest at a step's end.</summary>
    public bool MustWithdraw => context.History.IsCancelled && context.Now - _since >= context.Times.CancelHoldWithin;

    /// <summary>Whether the job ends with what it has.</summary>
    public bool IsOver => context.Now - _since >= context.Times.CancelWithin;

    /// <summary>How long no worker must be assigned before the blocks are considered at rest.</summary>
    public TimeSpan IdleWait => context.History.IsCancelled ? context.Times.AskAgain : context.Times.IdleBeforeRest;

    /// <summary>The end at the last checkpoint; without weights when there is none.</summary>
    public JobEnded EndAtLatest =>
        context.History.Latest is { } latest ? new JobEnded(JobOutcome.Cancelled, latest.Step, context.History.CancelReason, null) : JobEnded.WithoutWeights;

    /// <summary>Starts the clock when the cancel is known to be durable.</summary>
    public void Reconcile()
    {
        if (context.History.IsCancelled) _since ??= context.Now;
    }
}
