using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Queue;

/// <summary>The directory's view of a job's run, for listings. Not persisted; rebuilt from reports.</summary>
internal sealed class RunningJobView
{
    private TimeSpan? _heardAt;
    private TimeSpan? _askedAt;

    /// <summary>Whether its coordinator has reported.</summary>
    public bool WasHeard { get; private set; }

    /// <summary>Decided epochs.</summary>
    public int Epochs { get; private set; }

    /// <summary>Completed steps.</summary>
    public long Step { get; private set; }

    /// <summary>The last decided epoch's metrics; null before the first.</summary>
    public EpochMetrics? Metrics { get; private set; }

    /// <summary>Why it is not progressing; null while it is.</summary>
    public string? Waiting { get; private set; }

    public void Take(JobEvent jobEvent, TimeSpan now)
    {
        _heardAt = now;
        WasHeard = true;
        switch (jobEvent)
        {
            case JobStarted started:
                Step = started.FromStep;
                Waiting = null;
                break;
            case JobProgressed progressed:
                Step = progressed.Step;
                Waiting = null;
                break;
            case EpochEnded ended:
                Epochs = ended.Decision.Epoch + 1;
                Metrics = ended.Decision.Metrics;
                Step = ended.Step;
                break;
            case JobWaiting waiting:
                Waiting = waiting.Reason;
                break;
            case JobRewound rewound:
                Step = rewound.ToStep;
                break;
            case JobPaused paused:
                Step = paused.Step;
                break;
        }
    }

    /// <summary>A new turn begins, and its coordinator must be told.</summary>
    public void BeginTurn()
    {
        WasHeard = false;
        AskNow();
    }

    /// <summary>The desired state changed: makes the next command due immediately.</summary>
    public void AskNow() => _askedAt = _heardAt = null;

    /// <summary>Whether to repeat the command; if so, records it as sent.</summary>
    public bool IsToBeAsked(TimeSpan now, TimeSpan interval)
    {
        if (now - _heardAt < interval || now - _askedAt < interval) return false;
        _askedAt = now;
        return true;
    }
}
