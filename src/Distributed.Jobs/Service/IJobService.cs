using Distributed.Cluster.Messages;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Service;

/// <summary>Finds jobs.</summary>
public interface IJobLookup
{
    /// <summary>One job; null when the name is unknown.</summary>
    Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation);
}

/// <summary>
/// Operations on one running job: the embedded one-process cluster implements them with actors, a remote one over
/// HTTP. Expected failures are <c>TrainingException</c>s whose message is one line for the user.
/// </summary>
public interface IJobClient : IJobLookup
{
    /// <summary>
    /// The job's events from now on; ends after <see cref="JobFinished"/>, and where the job was started by this client after
    /// <see cref="JobPaused"/>.
    /// </summary>
    IAsyncEnumerable<JobEvent> WatchAsync(JobId job, CancellationToken cancellation);

    /// <summary>Asks the job to pause; <see cref="JobPaused"/> tells when it has, with a durable checkpoint.</summary>
    Task PauseAsync(JobId job, CancellationToken cancellation);
}

/// <summary>Reads stored jobs and what they have learnt. Expected failures are <c>TrainingException</c>s.</summary>
public interface IJobResults : IJobLookup
{
    /// <summary>Every job that the store holds, newest first, without the trials of searches.</summary>
    Task<IReadOnlyList<JobRecord>> ListJobsAsync(CancellationToken cancellation);

    /// <summary>Every search that the store holds, newest first.</summary>
    internal Task<IReadOnlyList<SearchRecord>> ListSearchesAsync(CancellationToken cancellation);

    /// <summary>One search; null when the name is unknown, or that of a job.</summary>
    internal Task<SearchRecord?> FindSearchAsync(JobId search, CancellationToken cancellation);

    /// <summary>The flat parameter vector of a committed checkpoint, checksums verified.</summary>
    Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation);

    /// <summary>Weights and optimizer state of one of <see cref="JobRecord.Checkpoints"/>, checksums verified.</summary>
    Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation);

    /// <summary>The model of a committed checkpoint, with the encoding that the job kept.</summary>
    /// <exception cref="UsageException">There is no checkpoint yet, or the job is of an earlier release and its samples cannot be read again.</exception>
    Task<TrainedModel> ReadModelAsync(JobRecord job, CheckpointChoice choice, CancellationToken cancellation);
}

/// <summary>Operations on the jobs of a cluster and their results, wherever they are started from. Expected failures are <c>TrainingException</c>s.</summary>
public interface IJobService : IJobClient, IJobResults
{
    /// <summary>Starts a new job, or resumes the unfinished job of a known id under (possibly other) run options.</summary>
    /// <param name="submission">The job and its data.</param>
    /// <param name="cancellation">Ends the wait, not the job.</param>
    Task StartAsync(JobSubmission submission, CancellationToken cancellation);

    /// <summary>Asks the job to end on the weights it has; <see cref="JobFinished"/> tells when it has.</summary>
    Task CancelAsync(JobId job, CancellationToken cancellation);

    /// <summary>The job's present state, from its coordinator; <see cref="JobState.Unknown"/> for one that was never submitted.</summary>
    Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation);

    /// <summary>As <see cref="IJobResults.ReadModelAsync"/>, of weights that the caller has read.</summary>
    internal Task<TrainedModel> ModelOfAsync(JobRecord job, long step, float[] weights, CancellationToken cancellation);

    /// <summary>The next free name for a job on some data.</summary>
    /// <param name="dataName">The data's name.</param>
    /// <param name="isTakenToo">Whether a name is in use where the cluster does not look.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal Task<JobId> NextNameAsync(string dataName, Func<JobId, bool> isTakenToo, CancellationToken cancellation);

    /// <summary>Completes a new job with its name and the weights of the job that it begins from.</summary>
    internal Task<JobSubmission> PrepareAsync(ResolvedJob job, JobId name, RunOptions options, CancellationToken cancellation);

    /// <summary>A stored job to go on with: its samples, read again and compared, and the encoding that it kept.</summary>
    /// <exception cref="UsageException">The samples cannot be read, or are others now.</exception>
    internal Task<JobSubmission> PrepareAgainAsync(JobRecord job, RunOptions options, CancellationToken cancellation);

    /// <summary>Names a new job and starts it.</summary>
    /// <returns>Whether it was taken, and why not.</returns>
    internal Task<QueueAnswered> SubmitAsync(ResolvedJob job, RunOptions options, SubmissionFacts facts, CancellationToken cancellation);

    /// <summary>Starts a new search, or resumes the unfinished one of a known id.</summary>
    internal Task<RunningSearch> StartSearchAsync(SearchSubmission search, CancellationToken cancellation);

    /// <summary>Pauses, resumes, cancels or deletes a job.</summary>
    /// <param name="job">Its name.</param>
    /// <param name="steering">What is asked.</param>
    /// <param name="options">Other run options of a resume; null for those it has.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether it was taken, and why not.</returns>
    internal Task<QueueAnswered> SteerAsync(JobId job, JobSteering steering, RunOptions? options, CancellationToken cancellation);
}

/// <summary>A job to run.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Specification">Everything that can reach a weight.</param>
/// <param name="Options">Everything else about the run.</param>
/// <param name="Source">Where the samples come from, stored so that a resume finds them again.</param>
/// <param name="Data">The encoded samples; their SHA-256 is the specification's.</param>
/// <param name="InitialParameters">The weights to begin with when the specification names any; null otherwise.</param>
public sealed record JobSubmission(
    JobId Id, JobSpecification Specification, RunOptions Options, DataSettings Source, EncodedDataSet Data, float[]? InitialParameters = null)
{
    /// <summary>Whether the cluster knows the job, which is resumed.</summary>
    internal bool IsKnown { get; init; }

    /// <summary>The search that it is a trial of; null for a job of its own.</summary>
    internal JobId? Search { get; init; }

    /// <summary>What a queue keeps of a submission; null for one that is not queued.</summary>
    internal SubmissionFacts? Facts { get; init; }
}
