using Distributed.Node.Histories;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Node.Events;

/// <summary>
/// A job as its watchers see it, merged from its journal, its coordinator and the queue, whose reports arrive in any order and with gaps. It only
/// grows; a stream sends the difference between the picture and what it has already sent. So watchers need no queue: a slow one misses outdated
/// progress and nothing else. Not thread-safe; the owner locks.
/// </summary>
internal sealed class JobView(JobId job)
{
    private readonly List<EpochDecided> _epochs = [];

    /// <summary>Rises with every change.</summary>
    public long Version { get; private set; }

    /// <summary>The job's state, with the version at which it changed; null before the queue reports one.</summary>
    public (long Version, JobStateChanged Event)? State { get; private set; }

    /// <summary>The plan; null before the specification is known.</summary>
    public EpochPlan? Plan { get; private set; }

    /// <summary>The job's start, from its journal; null before.</summary>
    public JobStarted? Started { get; private set; }

    /// <summary>Decided epochs in order.</summary>
    public IReadOnlyList<EpochDecided> Epochs => _epochs;

    /// <summary>The newest committed checkpoint's step; null before the first.</summary>
    public long? Checkpoint { get; private set; }

    /// <summary>The epochs' JSON, shared with all readers of the job's history; null before the journal is known.</summary>
    public EpochTexts? Texts { get; private set; }

    /// <summary>The job's end; null before.</summary>
    public JobEnded? End { get; private set; }

    /// <summary>The newest event of each kind that a stream passes on at most once.</summary>
    internal JobNews News { get; } = new();

    /// <summary>Merges the queue's report.</summary>
    public void Take(JobSummary summary, long? restsAt)
    {
        var state = new JobStateChanged(job, summary.State, summary.Reason, summary.QueuePosition);
        if (state != State?.Event) State = (++Version, state);
        if (summary.State == JobPhase.Paused && restsAt is { } step && News.Paused is null) News.Paused = (++Version, new JobPaused(job, step));
        if (summary.State is JobPhase.Queued or JobPhase.Running && News.Paused is not null) News.Paused = null; // the job continues
        if (summary is { State: JobPhase.Cancelled, StartedAt: null }) Finish(new JobEnded(JobOutcome.Cancelled, 0, StopReason.Cancelled, null));
    }

    /// <summary>Merges the journal.</summary>
    public void Take(JobHistory history, EpochTexts? texts = null)
    {
        Texts = texts ?? Texts;
        if (history.Specification is not { } specification) return;
        Plan ??= new EpochPlan(specification);
        if (history.HasBegun) Start(new JobStarted(job, 0, Plan.TotalSteps, Plan.StepsPerEpoch, history.FirstWorkers));
        for (var i = _epochs.Count; i < history.Decisions.Count; i++) Add(history.Decisions[i]);
        if (history.Latest is { } latest) Commit(latest.Step);
        if (history.End is { } end) Finish(end);
    }

    /// <summary>Merges an event of the coordinator. False when an earlier event was missed: read the journal.</summary>
    public bool Take(JobEvent jobEvent)
    {
        switch (jobEvent)
        {
            case JobStarted started:
                if (started.Workers is { } workers) News.Workers = (++Version, new WorkersChanged(job, workers));
                return Started is not null; // the journal tells whether it is the first
            case JobProgressed progressed:
                if (progressed != News.Progress?.Event) News.Progress = (++Version, progressed);
                return Started is not null && progressed.Epoch <= _epochs.Count;
            case EpochEnded { Decision: { } decision }:
                if (Started is null || decision.Epoch > _epochs.Count) return false;
                if (decision.Epoch == _epochs.Count) Add(decision);
                return true;
            case CheckpointSaved saved:
                Commit(saved.Step);
                return true;
            case WorkersChanged changed:
                News.Workers = (++Version, changed);
                return true;
            case JobWaiting waiting:
                News.Waiting = (++Version, waiting);
                return true;
            case JobRewound rewound:
                News.Rewound = (++Version, rewound);
                return true;
            case JobPaused paused:
                if (News.Paused is null) News.Paused = (++Version, paused);
                return true;
            default:
                return jobEvent is not JobFinished; // missed epochs come before the end
        }
    }

    private void Start(JobStarted started)
    {
        if (Started is not null) return;
        Started = started;
        Version++;
    }

    private void Add(EpochDecided decision)
    {
        _epochs.Add(decision);
        Version++;
    }

    private void Commit(long step)
    {
        if (step <= Checkpoint) return;
        Checkpoint = step;
        Version++;
    }

    private void Finish(JobEnded end)
    {
        if (End is not null) return;
        End = end;
        Version++;
    }
}
