using Distributed.Learning.Networks;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator;

/// <summary>The job's status for people and pages, read from what the concerns already know.</summary>
internal sealed class RunStatus(Concerns concerns)
{
    private readonly RunContext _context = concerns.Context;

    private LineageState Lineage => concerns.Lineage;

    /// <summary>The status at a moment; the surroundings add where the job's blocks run.</summary>
    public JobStatus At(TimeSpan now)
    {
        var (state, reason) = State(now);
        var (history, plan, progress) = (_context.History, _context.Plan, Lineage.Progress.Last);
        var step = concerns.PausedAt ?? history.End?.Step ?? Lineage.Progress.StepsDone;
        var counts = progress is { Step: > 0 } && progress.Totals.Samples > 0 && !concerns.IsAtRest;
        var classifies = history.Specification?.Network.Output == OutputKind.Softmax;
        return new JobStatus(
            _context.Job, state, reason,
            Epoch: plan is null ? 0 : Math.Min(plan.EpochOf(step), history.Specification!.Epochs - 1),
            Epochs: history.Specification?.Epochs ?? 0,
            step, plan?.TotalSteps ?? 0, _context.Lineage, _context.Term, history.Rewinds,
            StepsPerSecond: state == JobState.Running && Lineage.Progress.StepsPerSecond > 0 ? Lineage.Progress.StepsPerSecond : null,
            TrainLoss: counts ? progress!.Totals.MeanLoss : null,
            TrainAccuracy: counts && classifies ? progress!.Totals.Accuracy : null,
            concerns.Crew.Members.Count, Workers(), Blocks(), Checkpoints(now));
    }

    private (JobState State, string? Reason) State(TimeSpan now)
    {
        var (history, requests) = (_context.History, concerns.Requests);
        if (history.End is { } end)
            return end.Outcome switch
            {
                JobOutcome.Completed => (JobState.Completed, end.Reason?.ToString()),
                JobOutcome.Cancelled => (JobState.Cancelled, end.Message),
                _ => (JobState.Failed, end.Message),
            };
        if (history.Specification is null && !requests.IsStarting) return (JobState.Unknown, null);
        var waiting = WaitingReason(now);
        if (history.IsCancelled || requests.WantsCancel) return (JobState.Cancelling, waiting);
        if (concerns.PausedAt is not null) return (JobState.Paused, null);
        if (history.IsPaused || requests.WantsPause) return (JobState.Pausing, waiting);
        return waiting is null ? (JobState.Running, Lineage.Audits.Remark) : (JobState.Waiting, waiting);
    }

    /// <summary>Why nothing moves; null while steps are computed.</summary>
    private string? WaitingReason(TimeSpan now)
    {
        if (concerns.Persisting is var (decision, since) && now - since >= _context.Times.SayWaitingAfter)
            return $"the store does not take the decision {decision.GetType().Name} since {(now - since).TotalSeconds:0} s";
        if (_context.History.Specification is null || _context.Term == 0 || _context.History.Lineage is null) return "the coordinator begins";
        if (Lineage.Fate.Lost is { } lost) return lost;
        if (!Lineage.Blocks.IsComplete)
            return Lineage.Blocks.IsAdopting ? "the coordinator asks the blocks where they are"
                : _context.LineageCheckpoint is { } checkpoint ? $"the blocks load the checkpoint of step {checkpoint.Step}"
                : "the blocks make the initial weights";
        if (Lineage.Audits.Wait is { } dispute) return dispute;
        if (_context.History.IsCancelled && Lineage.Checkpoints.IsStoringLast)
            return $"the store does not have the last checkpoint yet{(concerns.Parts.Trouble is { } trouble ? $": {trouble}" : "")}";
        return Lineage.Assignments.Current.Shares.Count == 0 ? concerns.Crew.WaitingReason() : null;
    }

    private List<WorkerStatus> Workers()
    {
        var shares = Lineage.Assignments.Current.Shares.ToDictionary(share => share.Worker, share => share.Weight);
        var total = Math.Max(1L, shares.Values.Sum(weight => (long)weight));
        return [.. concerns.Crew.Members.Take(JobStatus.MaximumWorkers).Select(pair =>
        {
            var (worker, member) = pair;
            var weight = shares.GetValueOrDefault(worker);
            return new WorkerStatus(
                worker, weight, weight / (double)total, member.ReadyLineage == _context.Lineage && _context.Lineage > 0, member.IsLate, member.Refusal,
                member.Speed, member.Timings.Work, member.Timings.Wait);
        })];
    }

    private List<BlockStatus> Blocks()
    {
        var progress = Lineage.Progress.Last?.Step;
        return [.. Lineage.Blocks.Views.Select((view, block) => new BlockStatus(
            block, view.Last.Lineage, block == 0 && progress > view.Last.Step ? progress : view.IsKnown ? view.Last.Step : null, null,
            view.Timings.Work, view.Timings.Wait))];
    }

    private CheckpointStatus Checkpoints(TimeSpan now)
    {
        var (history, attempt) = (_context.History, Lineage.Checkpoints.UnderWay);
        return new CheckpointStatus(
            [.. history.Checkpoints.Select(checkpoint => checkpoint.Step)],
            history.Latest?.Step,
            _context.Plan is { } plan ? history.DurableBest(plan)?.Step : null,
            Lineage.Blocks.IsComplete ? Math.Max(0, (now - Lineage.Checkpoints.CommittedAt).TotalSeconds) : null,
            attempt?.Step, attempt?.Copied ?? 0, attempt?.Stored ?? 0, concerns.Parts.Trouble);
    }
}
