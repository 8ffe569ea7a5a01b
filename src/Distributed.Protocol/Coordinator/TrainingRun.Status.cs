using Distributed.Learning.Networks;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator;

/// <summary>How the job is, for people and pages: read from what the run knows anyway.</summary>
public sealed partial class TrainingRun
{
    private TimeSpan _persistingSince;
    private string? _storeTrouble; // why the store last refused a snapshot, until a checkpoint is durable

    /// <summary>The job at this moment; the surroundings add where its blocks run.</summary>
    public JobStatus StatusAt(TimeSpan now)
    {
        var (state, reason) = State(now);
        var step = _pausedAt ?? _history.End?.Step ?? _progress?.Step ?? CompletedStep ?? _history.Lineage?.CheckpointStep ?? 0;
        var counts = _progress is { Step: > 0 } && _progress.Totals.Samples > 0 && !IsAtRest;
        var classifies = _history.Specification?.Network.Output == OutputKind.Softmax;
        return new JobStatus(
            _job, state, reason,
            Epoch: _plan is null ? 0 : Math.Min(_plan.EpochOf(step), _history.Specification!.Epochs - 1),
            Epochs: _history.Specification?.Epochs ?? 0,
            step, _plan?.TotalSteps ?? 0, Lineage, _term, _history.Rewinds,
            StepsPerSecond: state == JobState.Running && _stepsPerSecond > 0 ? _stepsPerSecond : null,
            TrainLoss: counts ? _progress!.Totals.MeanLoss : null,
            TrainAccuracy: counts && classifies ? _progress!.Totals.Accuracy : null,
            _crew.Members.Count, WorkerStatuses(), BlockStatuses(), Checkpoints(now));
    }

    /// <summary>A block tells where its time goes.</summary>
    public void OnBlockMeasured(BlockMeasured message)
    {
        if (message.Block < 0 || message.Block >= _blocks.Length) return;
        (_blocks[message.Block].Update, _blocks[message.Block].Wait) = (message.Update, message.Wait);
    }

    private long? CompletedStep => _completed is { } completed && _plan is not null ? _plan.BoundaryAfter(completed.Epoch) : null;

    private (JobState State, string? Reason) State(TimeSpan now)
    {
        if (_history.End is { } end)
            return end.Outcome switch
            {
                JobOutcome.Completed => (JobState.Completed, end.Reason?.ToString()),
                JobOutcome.Cancelled => (JobState.Cancelled, end.Message),
                _ => (JobState.Failed, end.Message),
            };
        if (_history.Specification is null && _submission is null) return (JobState.Unknown, null);
        var waiting = WaitingReason(now);
        if (_history.IsCancelled || _cancelWanted) return (JobState.Cancelling, waiting);
        if (_pausedAt is not null) return (JobState.Paused, null);
        if (_history.IsPaused || _pauseWanted) return (JobState.Pausing, waiting);
        return waiting is null ? (JobState.Running, AuditRemark()) : (JobState.Waiting, waiting);
    }

    /// <summary>Why nothing moves; null while steps are computed.</summary>
    private string? WaitingReason(TimeSpan now)
    {
        if (_persisting is { } decision && now - _persistingSince >= _times.SayWaitingAfter)
            return $"the store does not take the decision {decision.GetType().Name} since {(now - _persistingSince).TotalSeconds:0} s";
        if (_history.Specification is null || _term == 0 || _history.Lineage is null) return "the coordinator begins";
        if (_lostReason is not null) return _lostReason;
        if (!_lineageComplete)
            return _adopting ? "the coordinator asks the blocks where they are"
                : LineageCheckpoint() is { } checkpoint ? $"the blocks load the checkpoint of step {checkpoint.Step}"
                : "the blocks make the initial weights";
        if (AuditWait() is { } dispute) return dispute;
        if (_history.IsCancelled && IsStoringLast) return $"the store does not have the last checkpoint yet{(_storeTrouble is { } trouble ? $": {trouble}" : "")}";
        return _assignment.Shares.Count == 0 ? _crew.WaitingReason(LeastWorkers) : null;
    }

    private List<WorkerStatus> WorkerStatuses()
    {
        var shares = _assignment.Shares.ToDictionary(share => share.Worker, share => share.Weight);
        var total = Math.Max(1L, shares.Values.Sum(weight => (long)weight));
        return [.. _crew.Members.Take(JobStatus.MaximumWorkers).Select(pair =>
        {
            var weight = shares.GetValueOrDefault(pair.Key);
            return new WorkerStatus(
                pair.Key, weight, weight / (double)total, pair.Value.ReadyLineage == Lineage && Lineage > 0, pair.Value.IsLate, pair.Value.Refusal,
                pair.Value.Speed, pair.Value.Compute, pair.Value.Wait);
        })];
    }

    private List<BlockStatus> BlockStatuses() =>
        [.. _blocks.Select((view, block) => new BlockStatus(
            block, view.Lineage, block == 0 && _progress?.Step > view.Step ? _progress.Step : view.Known ? view.Step : null, null,
            view.Update, view.Wait))];

    private CheckpointStatus Checkpoints(TimeSpan now) => new(
        [.. _history.Checkpoints.Select(checkpoint => checkpoint.Step)],
        _history.Latest?.Step,
        _plan is null ? null : _history.DurableBest(_plan)?.Step,
        _lineageComplete ? Math.Max(0, (now - _committedAt).TotalSeconds) : null,
        (_attempt ?? _kept)?.Step, (_attempt ?? _kept)?.Copied ?? 0, (_attempt ?? _kept)?.Stored ?? 0, _storeTrouble);
}
