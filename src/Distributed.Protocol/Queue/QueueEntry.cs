using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Queue;

/// <summary>One job as recorded in the queue's journal. Changed only by <see cref="JobQueue.Apply"/>.</summary>
internal sealed class QueueEntry
{
    internal QueueEntry(JobQueued queued, long order)
    {
        Job = queued.Job;
        Order = order;
        SubmittedAt = queued.At;
        Start = queued.Submission;
        Facts = queued.Submission.Facts;
        Options = queued.Submission.Options;
        MaximumEpochs = queued.Submission.Specification.Epochs;
        TotalSteps = new EpochPlan(queued.Submission.Specification).TotalSteps;
    }

    /// <summary>The job.</summary>
    public JobId Job { get; }

    /// <summary>Its ascending submission number.</summary>
    public long Order { get; }

    /// <summary>When it was submitted.</summary>
    public DateTimeOffset SubmittedAt { get; }

    /// <summary>When it first got its turn; null before.</summary>
    public DateTimeOffset? StartedAt { get; internal set; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? EndedAt { get; internal set; }

    /// <summary>What the job starts from; null once it is over and its own journal has it, so that finished jobs take little memory.</summary>
    public QueuedJob? Start { get; internal set; }

    /// <summary>The retained facts of its submission.</summary>
    public SubmissionFacts Facts { get; }

    /// <summary>The run options of its next or current turn.</summary>
    public RunOptions Options { get; internal set; }

    /// <summary>The maximum number of epochs.</summary>
    public int MaximumEpochs { get; }

    /// <summary>Steps of all epochs.</summary>
    public long TotalSteps { get; }

    /// <summary>Whether it occupies a running slot. A job that is pausing keeps its slot until it rests.</summary>
    public bool HasTurn { get; internal set; }

    /// <summary>Whether a pause is requested or in force.</summary>
    public bool IsPauseWanted { get; internal set; }

    /// <summary>Whether a cancel is requested.</summary>
    public bool IsCancelWanted { get; internal set; }

    /// <summary>The step at which it rests; null while it does not, or before its first turn.</summary>
    public long? RestsAt { get; internal set; }

    /// <summary>How it ended; null until it has.</summary>
    public JobEnded? End { get; internal set; }

    /// <summary>Epochs decided at its end.</summary>
    public int Epochs { get; internal set; }

    /// <summary>The last epoch's metrics at its end.</summary>
    public EpochMetrics? Metrics { get; internal set; }

    /// <summary>Its phase.</summary>
    public JobPhase State => End?.Outcome switch
    {
        JobOutcome.Completed => JobPhase.Completed,
        JobOutcome.Cancelled => JobPhase.Cancelled,
        JobOutcome.Failed => JobPhase.Failed,
        _ => IsPauseWanted ? JobPhase.Paused : HasTurn ? JobPhase.Running : JobPhase.Queued,
    };

    /// <summary>Whether it waits for a turn.</summary>
    public bool IsWaiting => End is null && !HasTurn && !IsPauseWanted && !IsCancelWanted;

    /// <summary>Whether its coordinator has work to do for the queue: run, rest, or end.</summary>
    public bool NeedsCoordinator => End is null && (HasTurn || (IsCancelWanted && StartedAt is not null));
}
