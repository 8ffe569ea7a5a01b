using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Node.Events;

/// <summary>
/// A job as its watchers are to see it: built of what its journal, its coordinator and the queue say, in any order and with gaps. It grows and
/// never goes back, and a stream is the difference between it and what that stream has told. So no watcher has a queue: a slow one misses
/// progress that is old and nothing else. Not safe for several threads; whoever owns it locks.
/// </summary>
internal sealed class JobPicture(JobId job)
{
    private readonly List<EpochDecided> _epochs = [];

    /// <summary>Rises with every change.</summary>
    public long Version { get; private set; }

    /// <summary>Where it stands; null before the queue has said.</summary>
    public JobStateChanged? State { get; private set; }

    /// <summary>The plan; null before the specification is known.</summary>
    public EpochPlan? Plan { get; private set; }

    /// <summary>How the job started, as its journal says; null before it has.</summary>
    public JobStarted? Started { get; private set; }

    /// <summary>Decided epochs in order.</summary>
    public IReadOnlyList<EpochDecided> Epochs => _epochs;

    /// <summary>The newest committed checkpoint's step; null before the first.</summary>
    public long? Checkpoint { get; private set; }

    /// <summary>How it ended; null before.</summary>
    public JobEnded? End { get; private set; }

    /// <summary>The newest of the events that are told at most once to a stream and only while they are new, each with its version.</summary>
    internal (long Version, JobProgressed Event)? Progress { get; private set; }

    internal (long Version, WorkersChanged Event)? Workers { get; private set; }

    internal (long Version, JobWaiting Event)? Waiting { get; private set; }

    internal (long Version, JobRewound Event)? Rewound { get; private set; }

    internal (long Version, JobPaused Event)? Paused { get; private set; }

    internal long StateVersion { get; private set; }

    /// <summary>The queue says where the job stands.</summary>
    public void Take(JobSummary summary, long? restsAt)
    {
        var state = new JobStateChanged(job, summary.State, summary.Reason, summary.QueuePosition);
        if (state != State)
        {
            State = state;
            StateVersion = ++Version;
        }
        if (summary.State == JobPhase.Paused && restsAt is { } step && Paused is null) Paused = (++Version, new JobPaused(job, step));
        if (summary.State is JobPhase.Queued or JobPhase.Running && Paused is not null) Paused = null; // it goes on
        if (summary is { State: JobPhase.Cancelled, StartedAt: null }) Finish(new JobEnded(JobOutcome.Cancelled, 0, StopReason.Cancelled, null));
    }

    /// <summary>The journal says what was decided. True when it says more than was known.</summary>
    public void Take(JobHistory history)
    {
        if (history.Specification is not { } specification) return;
        Plan ??= new EpochPlan(specification);
        if (history.HasBegun) Start(new JobStarted(job, 0, Plan.TotalSteps, Plan.StepsPerEpoch, history.FirstWorkers));
        for (var i = _epochs.Count; i < history.Decisions.Count; i++) Add(history.Decisions[i]);
        if (history.Latest is { } latest) Commit(latest.Step);
        if (history.End is { } end) Finish(end);
    }

    /// <summary>The coordinator says something. False when it shows that something was missed: the journal is to be read.</summary>
    public bool Take(JobEvent jobEvent)
    {
        switch (jobEvent)
        {
            case JobStarted started:
                if (started.Workers is { } workers) Workers = (++Version, new WorkersChanged(job, workers));
                return Started is not null; // the journal tells whether it is the first
            case JobProgressed progressed:
                if (progressed != Progress?.Event) Progress = (++Version, progressed);
                return Started is not null && progressed.Epoch <= _epochs.Count;
            case EpochEnded { Decision: { } decision }:
                if (Started is null || decision.Epoch > _epochs.Count) return false;
                if (decision.Epoch == _epochs.Count) Add(decision);
                return true;
            case CheckpointSaved saved:
                Commit(saved.Step);
                return true;
            case WorkersChanged changed:
                Workers = (++Version, changed);
                return true;
            case JobWaiting waiting:
                Waiting = (++Version, waiting);
                return true;
            case JobRewound rewound:
                Rewound = (++Version, rewound);
                return true;
            case JobPaused paused:
                if (Paused is null) Paused = (++Version, paused);
                return true;
            default:
                return jobEvent is not JobFinished; // epochs that were missed come before the end
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
