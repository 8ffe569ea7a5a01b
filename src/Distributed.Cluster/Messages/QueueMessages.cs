using Distributed.Data.Encodings;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Messages;

// What gateways and the directory of jobs say to each other. Every question is answered or runs into its asker's bound.

/// <summary>From a gateway: queue this job. Answered by <see cref="QueueAnswered"/>.</summary>
internal sealed record QueueJob(JobId Job, DataSettings Source, QueuedJob Submission) : IClusterMessage;

/// <summary>From a gateway: do this with a job. Answered by <see cref="QueueAnswered"/>.</summary>
internal sealed record SteerJob(JobId Job, JobSteering Steering, RunOptions? Options) : IClusterMessage;

/// <summary>What a person wants of a job.</summary>
internal enum JobSteering
{
    /// <summary>Rest at a durable checkpoint.</summary>
    Pause,

    /// <summary>Go on, with other run options where they are given.</summary>
    Resume,

    /// <summary>End on the weights there are.</summary>
    Cancel,

    /// <summary>Be forgotten.</summary>
    Delete,
}

/// <summary>From the directory: what became of a wish; durable when it was done.</summary>
internal sealed record QueueAnswered(JobId Job, QueueVerdict Verdict, string? Reason, JobSummary? Summary) : IClusterMessage;

/// <summary>From a gateway: the first free name of a stem? Answered by <see cref="JobNameReply"/>.</summary>
internal sealed record FindJobName(string Stem) : IClusterMessage;

/// <summary>From the directory: this name was free a moment ago.</summary>
internal sealed record JobNameReply(JobId Job) : IClusterMessage;

/// <summary>From a gateway: a page of jobs, newest first? Answered by <see cref="JobPageReply"/>.</summary>
/// <param name="Before">Jobs submitted before this one; null for the newest.</param>
/// <param name="Limit">The most, at most <see cref="MaximumLimit"/>: an answer must fit into a frame.</param>
internal sealed record GetJobPage(JobId? Before, int Limit) : IClusterMessage
{
    public const int MaximumLimit = 100;
}

/// <summary>From the directory: a page.</summary>
internal sealed record JobPageReply(IReadOnlyList<JobSummary> Jobs, JobId? Next) : IClusterMessage;

/// <summary>From a gateway: where do these jobs stand? Answered by <see cref="JobSummariesReply"/>.</summary>
internal sealed record GetJobSummaries(IReadOnlyList<JobId> Jobs) : IClusterMessage;

/// <summary>From the directory: those that there are.</summary>
internal sealed record JobSummariesReply(IReadOnlyList<JobSummary> Jobs) : IClusterMessage;

/// <summary>From a gateway: everything that the directory knows of a job? Answered by <see cref="QueuedJobReply"/>.</summary>
internal sealed record GetQueuedJob(JobId Job) : IClusterMessage;

/// <summary>From the directory: everything that it knows; nulls for a job that there is not.</summary>
/// <param name="Job">The job.</param>
/// <param name="Summary">Where it stands.</param>
/// <param name="Source">Where its samples come from.</param>
/// <param name="Start">What it begins with; null once it is over and its own journal knows. So a specification is always in one of the two.</param>
/// <param name="Facts">What is remembered of its submission.</param>
/// <param name="Options">The run options of its next or present turn.</param>
/// <param name="RestsAt">The step at which it rests; null while it does not.</param>
internal sealed record QueuedJobReply(
    JobId Job, JobSummary? Summary, DataSettings? Source, QueuedJob? Start, SubmissionFacts? Facts, RunOptions? Options, long? RestsAt) : IClusterMessage;

/// <summary>From a gateway: which uploaded data sets do jobs use? Answered by <see cref="DatasetUsersReply"/>.</summary>
internal sealed record GetDatasetUsers(string Dataset) : IClusterMessage;

/// <summary>From the directory: the jobs that use it and have not been deleted; at most a hundred are named.</summary>
internal sealed record DatasetUsersReply(string Dataset, IReadOnlyList<JobId> Jobs) : IClusterMessage;

/// <summary>From a client: note a new job that it starts itself. Answered by <see cref="JobNoted"/>.</summary>
internal sealed record NoteJob(JobId Job, DateTimeOffset SubmittedAt, DataSettings Source) : IClusterMessage;

/// <summary>From the directory: the job is noted, or was already.</summary>
internal sealed record JobNoted(JobId Job) : IClusterMessage;
