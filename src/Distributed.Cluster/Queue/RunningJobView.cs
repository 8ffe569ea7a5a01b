using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Queue;

/// <summary>What the directory has heard of a job's run, for lists: lost with it and heard again.</summary>
internal sealed class RunningJobView
{
    private TimeSpan? _heardAt;
    private TimeSpan? _askedAt;

    /// <summary>Whether its coordinator has said anything.</summary>
    public bool WasHeard { get; private set; }

    /// <summary>Epochs that are decided.</summary>
    public int Epochs { get; private set; }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>The last decided epoch's metrics; null before.</summary>
    public EpochMetrics? Metrics { get; private set; }

    /// <summary>Why it does not go on; null while it does.</summary>
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

    /// <summary>It has a new turn, and its coordinator has to hear of it.</summary>
    public void BeginTurn()
    {
        WasHeard = false;
        AskNow();
    }

    /// <summary>Something changed: what is wanted is said at once.</summary>
    public void AskNow() => _askedAt = _heardAt = null;

    /// <summary>Whether to say again what is wanted; notes that it is said.</summary>
    public bool IsToBeAsked(TimeSpan now, TimeSpan interval)
    {
        if (now - _heardAt < interval || now - _askedAt < interval) return false;
        _askedAt = now;
        return true;
    }
}
