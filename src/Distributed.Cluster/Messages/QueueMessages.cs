using Distributed.Data.Encodings;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Messages;

// Between gateways and the job directory. Every request is answered or reaches the requester's time-out.

/// <summary>From a gateway: queue this job. Answered by <see cref="QueueAnswered"/>.</summary>
internal sealed record QueueJob(JobId Job, DataSettings Source, QueuedJob Submission) : IClusterMessage
{
    /// <summary>Maximum number of unfinished jobs of its owner, as the gateway is set; null for no limit.</summary>
    public int? MostOfOwner { get; init; }
}

/// <summary>From a gateway: change a job's course. Answered by <see cref="QueueAnswered"/>.</summary>
internal sealed record SteerJob(JobId Job, JobSteering Steering, RunOptions? Options) : IClusterMessage;

/// <summary>A user's request for a job.</summary>
internal enum JobSteering
{
    /// <summary>Pause at a durable checkpoint.</summary>
    Pause,

    /// <summary>Continue, with other run options if given.</summary>
    Resume,

    /// <summary>End with the current weights.</summary>
    Cancel,

    /// <summary>Remove the job.</summary>
    Delete,
}

/// <summary>From the directory: the outcome of a request; durable if it was carried out.</summary>
internal sealed record QueueAnswered(JobId Job, QueueVerdict Verdict, string? Reason, JobSummary? Summary) : IClusterMessage;

/// <summary>From a gateway: requests the first free name for a stem. Answered by <see cref="JobNameReply"/>.</summary>
internal sealed record FindJobName(string Stem) : IClusterMessage;

/// <summary>From the directory: a name that was free when answered.</summary>
internal sealed record JobNameReply(JobId Job) : IClusterMessage;

/// <summary>From a gateway: requests a page of jobs, newest first. Answered by <see cref="JobPageReply"/>.</summary>
/// <param name="Before">Jobs submitted before this one; null for the newest.</param>
/// <param name="Limit">The page size, at most <see cref="MaximumLimit"/>: an answer must fit into a frame.</param>
internal sealed record GetJobPage(JobId? Before, int Limit) : IClusterMessage
{
    public const int MaximumLimit = 100;
}

/// <summary>From the directory: a page of jobs.</summary>
internal sealed record JobPageReply(IReadOnlyList<JobSummary> Jobs, JobId? Next) : IClusterMessage;

/// <summary>From a gateway: requests the status of these jobs. Answered by <see cref="JobSummariesReply"/>.</summary>
internal sealed record GetJobSummaries(IReadOnlyList<JobId> Jobs) : IClusterMessage;

/// <summary>From the directory: the jobs that exist.</summary>
internal sealed record JobSummariesReply(IReadOnlyList<JobSummary> Jobs) : IClusterMessage;

/// <summary>From a gateway: requests everything the directory knows about a job. Answered by <see cref="QueuedJobReply"/>.</summary>
internal sealed record GetQueuedJob(JobId Job) : IClusterMessage;

/// <summary>From the directory: everything it knows; nulls for an unknown job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Summary">The job's status.</param>
/// <param name="Source">The source of its samples.</param>
/// <param name="Start">The job's start; null once it is over and recorded in its own journal, so a specification is always in one of the two.</param>
/// <param name="Facts">What is recorded about its submission.</param>
/// <param name="Options">The run options of its next or current turn.</param>
/// <param name="RestsAt">The step at which it is paused; otherwise null.</param>
internal sealed record QueuedJobReply(
    JobId Job, JobSummary? Summary, DataSettings? Source, QueuedJob? Start, SubmissionFacts? Facts, RunOptions? Options, long? RestsAt) : IClusterMessage;

/// <summary>From a gateway: requests the jobs that use an uploaded data set. Answered by <see cref="DatasetUsersReply"/>.</summary>
internal sealed record GetDatasetUsers(string Dataset) : IClusterMessage;

/// <summary>From the directory: the jobs that use it and have not been deleted; at most a hundred are listed.</summary>
internal sealed record DatasetUsersReply(string Dataset, IReadOnlyList<JobId> Jobs) : IClusterMessage;

/// <summary>From a client: register a new job that the client starts itself. Answered by <see cref="JobNoted"/>.</summary>
internal sealed record NoteJob(JobId Job, DateTimeOffset SubmittedAt, DataSettings Source, string? EncodingId = null) : IClusterMessage
{
    /// <summary>As in <see cref="JobRegistered.Search"/>.</summary>
    public JobId? Search { get; init; }
}

/// <summary>From the directory: the job is registered, or already was.</summary>
internal sealed record JobNoted(JobId Job) : IClusterMessage;
