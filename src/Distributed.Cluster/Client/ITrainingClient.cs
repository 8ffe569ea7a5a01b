using Distributed.Learning.Data;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>
/// What a console does with a cluster, wherever that runs: the embedded one-process cluster implements it with actors, a remote one over HTTP.
/// Expected failures are <see cref="TrainingException"/>s whose message is one line for the user.
/// </summary>
public interface ITrainingClient
{
    /// <summary>Starts a new job, or with a known id goes on with an unfinished one under (possibly other) run options.</summary>
    /// <param name="submission">The job and its data.</param>
    /// <param name="cancellation">Ends the wait, not the job.</param>
    Task StartAsync(JobSubmission submission, CancellationToken cancellation);

    /// <summary>The job's events from now on; ends after <see cref="JobFinished"/> or <see cref="JobPaused"/>.</summary>
    IAsyncEnumerable<JobEvent> WatchAsync(JobId job, CancellationToken cancellation);

    /// <summary>Asks the job to pause; <see cref="JobPaused"/> tells when it has, with a durable checkpoint.</summary>
    Task PauseAsync(JobId job, CancellationToken cancellation);

    /// <summary>Asks the job to end on the weights it has; <see cref="JobFinished"/> tells when it has.</summary>
    Task CancelAsync(JobId job, CancellationToken cancellation);

    /// <summary>Every job that the store holds, newest first.</summary>
    Task<IReadOnlyList<JobRecord>> ListJobsAsync(CancellationToken cancellation);

    /// <summary>One job of the store; null when there is none of that name.</summary>
    Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation);

    /// <summary>The flat parameter vector of a committed checkpoint, checksums verified.</summary>
    Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation);
}

/// <summary>A job to run.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Specification">Everything that can reach a weight.</param>
/// <param name="Options">Everything else about the run.</param>
/// <param name="Source">Where the samples come from, stored so that a resume finds them again.</param>
/// <param name="Data">The encoded samples; their SHA-256 is the specification's.</param>
/// <param name="InitialParameters">The weights to begin with when the specification names any; null otherwise.</param>
public sealed record JobSubmission(
    JobId Id, JobSpecification Specification, RunOptions Options, DataSettings Source, EncodedDataSet Data, float[]? InitialParameters = null);

/// <summary>What a store knows of a job.</summary>
/// <param name="Id">Its name.</param>
/// <param name="SubmittedAt">When it was submitted (UTC).</param>
/// <param name="Specification">Everything that can reach a weight.</param>
/// <param name="Options">The last run's options.</param>
/// <param name="Source">Where the samples come from.</param>
/// <param name="Epochs">The decided epochs in order.</param>
/// <param name="LastCheckpoint">The newest committed checkpoint's step; null before the first.</param>
/// <param name="BestCheckpoint">The best epoch's committed checkpoint's step; null before the first.</param>
/// <param name="End">How it ended; null while it has not.</param>
public sealed record JobRecord(
    JobId Id, DateTimeOffset SubmittedAt, JobSpecification Specification, RunOptions Options, DataSettings Source,
    IReadOnlyList<EpochDecided> Epochs, long? LastCheckpoint, long? BestCheckpoint, JobEnded? End);

/// <summary>Which of a job's checkpoints.</summary>
public enum CheckpointChoice
{
    /// <summary>The newest.</summary>
    Last,

    /// <summary>The one of the best epoch by the deciding loss.</summary>
    Best,
}

/// <summary>An expected failure, said in one line that a user can act upon.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>Wraps the line.</summary>
    public TrainingException(string message) : base(message) { }

    /// <summary>Wraps the line and its cause, shown only when asked for.</summary>
    public TrainingException(string message, Exception inner) : base(message, inner) { }
}
