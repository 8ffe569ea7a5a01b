using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Queue;

/// <summary>A decision about a job's turn, journaled by the directory before any message follows from it.</summary>
/// <param name="Job">The job.</param>
/// <param name="At">When (UTC), for display: no decision depends on it.</param>
internal abstract record QueueEvent(JobId Job, DateTimeOffset At);

/// <summary>A client submitted the job; it waits for its turn.</summary>
internal sealed record JobQueued(JobId Job, DateTimeOffset At, QueuedJob Submission) : QueueEvent(Job, At);

/// <summary>The job gets its turn: its coordinator is told to run it, repeatedly until it does.</summary>
internal sealed record JobTurnBegan(JobId Job, DateTimeOffset At) : QueueEvent(Job, At);

/// <summary>A person requested a pause. A job waiting for its turn rests at once.</summary>
internal sealed record JobPauseAsked(JobId Job, DateTimeOffset At) : QueueEvent(Job, At);

/// <summary>The job rests at a durable checkpoint and yields its turn.</summary>
internal sealed record JobRested(JobId Job, DateTimeOffset At, long Step) : QueueEvent(Job, At);

/// <summary>A person requested a resume: the job waits for its turn, in order of submission.</summary>
internal sealed record JobResumeAsked(JobId Job, DateTimeOffset At, RunOptions Options) : QueueEvent(Job, At);

/// <summary>A person requested that the job end on its current weights.</summary>
internal sealed record JobCancelAsked(JobId Job, DateTimeOffset At) : QueueEvent(Job, At);

/// <summary>The job is over.</summary>
/// <param name="Job">The job.</param>
/// <param name="At">When (UTC).</param>
/// <param name="End">How it ended.</param>
/// <param name="Epochs">Decided epochs.</param>
/// <param name="Metrics">The last epoch's metrics; null without any.</param>
internal sealed record JobClosed(JobId Job, DateTimeOffset At, JobEnded End, int Epochs, EpochMetrics? Metrics) : QueueEvent(Job, At);

/// <summary>A person deleted the job. Its name is not reused: old messages may still be in flight.</summary>
internal sealed record JobForgotten(JobId Job, DateTimeOffset At) : QueueEvent(Job, At);

/// <summary>What a queued job starts from.</summary>
/// <param name="Specification">Everything that can reach a weight, checked against the data.</param>
/// <param name="Options">How it runs.</param>
/// <param name="Initial">The stored weights it begins from; null for random ones.</param>
/// <param name="Facts">The facts retained after its start.</param>
internal sealed record QueuedJob(JobSpecification Specification, RunOptions Options, Checkpoint? Initial, SubmissionFacts Facts);

/// <summary>The facts of a submission, retained as long as the job.</summary>
/// <param name="DataName">The data set's name, for display.</param>
/// <param name="Dataset">The uploaded data set's id; null for a built-in one.</param>
/// <param name="ValidationDataset">The uploaded data set it is validated with; null when none is named.</param>
/// <param name="EncodingId">Where the fitted encoding is stored; null when it is not stored.</param>
/// <param name="TargetScale">The factor that converts standardised errors to the target's unit.</param>
/// <param name="IdempotencyKey">The client's key; null for none.</param>
/// <param name="BodySha256">SHA-256 of the body that came with the key.</param>
/// <param name="Owner">Who submitted it: the name of a key or of a token's subject; null where none was asked for, and in records of version 0.</param>
/// <param name="Version">The record's version: 0 without an owner, 1 with one. Members that a release does not know are skipped.</param>
internal sealed record SubmissionFacts(
    string DataName, string? Dataset, string? ValidationDataset, string? EncodingId, double TargetScale, string? IdempotencyKey, string? BodySha256,
    string? Owner = null, int Version = 0)
{
    /// <summary>The version that is written.</summary>
    public const int CurrentVersion = 1;
}
