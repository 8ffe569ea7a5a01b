using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Queue;

/// <summary>A decision about a job's turn, in the directory's journal before anyone hears of it.</summary>
/// <param name="Job">The job.</param>
/// <param name="At">When (UTC), for people: nothing is decided by it.</param>
public abstract record QueueEvent(JobId Job, DateTimeOffset At);

/// <summary>A client submitted the job; it waits for its turn.</summary>
public sealed record JobQueued(JobId Job, DateTimeOffset At, QueuedJob Submission) : QueueEvent(Job, At);

/// <summary>The job has its turn: its coordinator is told to run it until it does.</summary>
public sealed record JobTurnBegan(JobId Job, DateTimeOffset At) : QueueEvent(Job, At);

/// <summary>A person wants the job to pause. One that waits for its turn rests at once.</summary>
public sealed record JobPauseAsked(JobId Job, DateTimeOffset At) : QueueEvent(Job, At);

/// <summary>The job rests at a durable checkpoint and gives its turn to others.</summary>
public sealed record JobRested(JobId Job, DateTimeOffset At, long Step) : QueueEvent(Job, At);

/// <summary>A person wants the job to go on: in its turn, by the order of submission.</summary>
public sealed record JobResumeAsked(JobId Job, DateTimeOffset At, RunOptions Options) : QueueEvent(Job, At);

/// <summary>A person wants the job to end on the weights that it has.</summary>
public sealed record JobCancelAsked(JobId Job, DateTimeOffset At) : QueueEvent(Job, At);

/// <summary>The job is over.</summary>
/// <param name="Job">The job.</param>
/// <param name="At">When (UTC).</param>
/// <param name="End">How it ended.</param>
/// <param name="Epochs">Epochs that were decided.</param>
/// <param name="Metrics">The last one's metrics; null without any.</param>
public sealed record JobClosed(JobId Job, DateTimeOffset At, JobEnded End, int Epochs, EpochMetrics? Metrics) : QueueEvent(Job, At);

/// <summary>A person deleted the job. Its name is not used again: messages of its time may still be about.</summary>
public sealed record JobForgotten(JobId Job, DateTimeOffset At) : QueueEvent(Job, At);

/// <summary>What a job in the queue begins with.</summary>
/// <param name="Specification">Everything that can reach a weight, checked against the data.</param>
/// <param name="Options">How it runs.</param>
/// <param name="Initial">The stored weights that it begins from; null for random ones.</param>
/// <param name="Facts">What outlasts its start.</param>
public sealed record QueuedJob(JobSpecification Specification, RunOptions Options, Checkpoint? Initial, SubmissionFacts Facts);

/// <summary>What is remembered of a submission as long as the job is.</summary>
/// <param name="DataName">What it learns from, for people.</param>
/// <param name="Dataset">The uploaded data set's id; null for a built-in one.</param>
/// <param name="ValidationDataset">The uploaded data set that it is validated with; null when none is named.</param>
/// <param name="EncodingId">Where the fitted encoding is stored; null when nobody stored it.</param>
/// <param name="TargetScale">By how much standardised errors are multiplied to be in the target's unit.</param>
/// <param name="IdempotencyKey">The client's key; null for none.</param>
/// <param name="BodySha256">Of the body that came with the key.</param>
public sealed record SubmissionFacts(
    string DataName, string? Dataset, string? ValidationDataset, string? EncodingId, double TargetScale, string? IdempotencyKey, string? BodySha256);
