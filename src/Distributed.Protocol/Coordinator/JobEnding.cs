using Distributed.Protocol.Coordinator.Checkpoints;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Coordinator.Lineages;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator;

/// <summary>When a job ends, and why. Each rule gives the end with its reason, or null while the job continues.</summary>
internal sealed class JobEnding(RunContext context, CancelDeadline cancel)
{
    private TrainingDiverged? _divergence;
    private int _rewinds; // in this term, since the last step
    private TimeSpan _rewindsSince;

    /// <summary>Whether the job fails because a number is not finite, once its best weights are durable.</summary>
    public bool IsDiverging => _divergence is not null;

    /// <summary>A shard, a root or a weight is not finite: the job fails at its last good checkpoint.</summary>
    public void Hear(TrainingDiverged message)
    {
        if (message.Lineage == context.Lineage) _divergence = message;
    }

    /// <summary>The end of a diverged job, once its best weights are durable.</summary>
    public JobEnded? Diverged(CheckpointAttempts checkpoints) =>
        _divergence is { } divergence && !checkpoints.BestIsOnItsWay
            ? new JobEnded(JobOutcome.Failed, divergence.Step, null, Advice(divergence)) { IsDivergence = true }
            : null;

    /// <summary>The end of a job whose attempts all fail; null while a retry is worthwhile, or when a person ends the job anyway.</summary>
    public JobEnded? GivenUp()
    {
        var failures = context.History.Failures;
        if (failures.Count < JobHistory.MaximumFailures || context.History.IsCancelled) return null;
        var last = failures.LastOrDefault(failure => failure.IsOutOfMemory) ?? failures[^1];
        var advice = last.IsOutOfMemory
            ? "take a smaller network or batch, spread it over more parameter servers and blocks, or give the nodes more memory"
            : "the log of that node says where it was thrown";
        return new JobEnded(
            JobOutcome.Failed, failures[^1].Step, null,
            $"{last.Cause}; {failures.Count} attempts in a row ended so, without an epoch or a checkpoint between them: {advice}");
    }

    /// <summary>The end of a job cancelled at rest.</summary>
    public JobEnded? CancelledAtRest(long step) =>
        context.History.IsCancelled ? new JobEnded(JobOutcome.Cancelled, step, context.History.CancelReason, null) : null;

    /// <summary>The end of a job whose given weights cannot be read: no checkpoint exists to begin another lineage from.</summary>
    public JobEnded? CannotBegin(LineageStarted next, string? lost) =>
        next.CheckpointStep is null && context.History.Specification!.Initial is { } initial
            ? new JobEnded(JobOutcome.Failed, 0, null, $"the weights to begin with ({initial.Origin}) cannot be read: {lost}")
            : null;

    /// <summary>The end of a job that is lost before its next step, time after time; null while another lineage is worthwhile.</summary>
    public JobEnded? Fruitless(LineageStarted next)
    {
        if (next.Reason is not { } lost || context.History.IsCancelled) return null;
        var isLongLost = _rewinds >= context.Times.FruitlessRewinds && context.Now - _rewindsSince >= context.Times.FruitlessTime;
        if (context.History.Fruitless < JobHistory.MaximumFruitless && !isLongLost) return null;
        return new JobEnded(
            JobOutcome.Failed, next.CheckpointStep ?? 0, null,
            $"{lost}; it was lost {Math.Max(_rewinds, context.History.Fruitless)} times in a row without a step between, as when the system ends processes that "
            + $"take too much memory: {new JobMemory(context.History.Specification!, context.BlockCount)}");
    }

    /// <summary>The job rewinds.</summary>
    public void NoteRewind()
    {
        if (_rewinds++ == 0) _rewindsSince = context.Now;
    }

    /// <summary>The job has made a step since.</summary>
    public void ForgetRewinds() => _rewinds = 0;

    /// <summary>The end by a stop rule or a cancel, once its checkpoint is durable.</summary>
    public JobEnded? Reached(CheckpointAttempts checkpoints, Hold hold)
    {
        if (context.History.Decisions is [.., { Stop: { } reason } last] && context.Plan!.BoundaryAfter(last.Epoch) is var end && context.HasCheckpoint(end))
            return new JobEnded(JobOutcome.Completed, end, reason, null);
        if (context.History.IsCancelled && !checkpoints.BestIsOnItsWay && hold.RestingStep() is { } step && context.HasCheckpoint(step))
            return new JobEnded(JobOutcome.Cancelled, step, context.History.CancelReason, null);
        return null;
    }

    /// <summary>The end of a cancelled job that has nothing better to wait for, or whose time is up.</summary>
    public JobEnded? Overdue(BlockRoster blocks, CheckpointAttempts checkpoints)
    {
        if (!context.History.IsCancelled || checkpoints.IsStoringLast) return null;
        var isLoading = !blocks.IsComplete && !blocks.IsAdopting; // blocks hold nothing beyond the journal
        return isLoading || cancel.IsOver ? cancel.EndAtLatest : null;
    }

    private static string Advice(TrainingDiverged divergence)
    {
        var what = divergence.Shard is { } shard
            ? $"the loss or gradient of step {divergence.Step}, shard {shard} is not finite"
            : $"a weight after step {divergence.Step} is not finite";
        return $"{what}: try a lower learning rate or gradient clipping, and check that numeric columns are standardised";
    }
}
