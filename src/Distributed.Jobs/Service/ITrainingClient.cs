using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Service;

/// <summary>
/// Operations on one running job: the embedded one-process cluster implements them with actors, a remote one over
/// HTTP. Expected failures are <c>TrainingException</c>s whose message is one line for the user.
/// </summary>
public interface IJobClient
{
    /// <summary>
    /// The job's events from now on; ends after <see cref="JobFinished"/>, and where the job was started by this client after
    /// <see cref="JobPaused"/>.
    /// </summary>
    IAsyncEnumerable<JobEvent> WatchAsync(JobId job, CancellationToken cancellation);

    /// <summary>Asks the job to pause; <see cref="JobPaused"/> tells when it has, with a durable checkpoint.</summary>
    Task PauseAsync(JobId job, CancellationToken cancellation);

    /// <summary>One job; null when the name is unknown.</summary>
    Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation);
}

/// <summary>Operations on the cluster of this process and its store.</summary>
public interface ITrainingClient : IJobClient
{
    /// <summary>Starts a new job, or resumes the unfinished job of a known id under (possibly other) run options.</summary>
    /// <param name="submission">The job and its data.</param>
    /// <param name="cancellation">Ends the wait, not the job.</param>
    Task StartAsync(JobSubmission submission, CancellationToken cancellation);

    /// <summary>Asks the job to end on the weights it has; <see cref="JobFinished"/> tells when it has.</summary>
    Task CancelAsync(JobId job, CancellationToken cancellation);

    /// <summary>The job's present state, from its coordinator; <see cref="JobState.Unknown"/> for one that was never submitted.</summary>
    Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation);

    /// <summary>Every job that the store holds, newest first.</summary>
    Task<IReadOnlyList<JobRecord>> ListJobsAsync(CancellationToken cancellation);

    /// <summary>The flat parameter vector of a committed checkpoint, checksums verified.</summary>
    Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation);

    /// <summary>Weights and optimizer state of one of <see cref="JobRecord.Checkpoints"/>, checksums verified.</summary>
    Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation);
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

/// <summary>A job's record in a store.</summary>
/// <param name="Id">Its name.</param>
/// <param name="SubmittedAt">When it was submitted (UTC).</param>
/// <param name="Specification">Everything that can reach a weight.</param>
/// <param name="Options">The last run's options.</param>
/// <param name="Source">Where the samples come from.</param>
/// <param name="Epochs">The decided epochs in order.</param>
/// <param name="LastCheckpoint">The newest committed checkpoint's step; null before the first.</param>
/// <param name="BestCheckpoint">The step of the best epoch that is durable; null before the first.</param>
/// <param name="End">How it ended; null while it has not.</param>
public sealed record JobRecord(
    JobId Id, DateTimeOffset SubmittedAt, JobSpecification Specification, RunOptions Options, DataSettings Source,
    IReadOnlyList<EpochDecided> Epochs, long? LastCheckpoint, long? BestCheckpoint, JobEnded? End)
{
    /// <summary>The steps of all kept checkpoints, ascending; 0 is given initial weights.</summary>
    public IReadOnlyList<long> Checkpoints { get; init; } = [];

    /// <summary>Workers of the job's first assignment; null before it, and where the journal does not tell (<see cref="JobStarted"/>).</summary>
    public int? FirstWorkers { get; init; }

    /// <summary>Tells that a checkpoint is not there, and what can be done: a job that has ended never gets one.</summary>
    /// <param name="kind">Which: "best", "last", or "" for any.</param>
    public string NoCheckpoint(string kind) => NoCheckpoint(Id, kind, End) ?? $"{Id} has no {kind}{(kind.Length > 0 ? " " : "")}checkpoint yet; 'dtrain resume {Id}' goes on with it";

    /// <summary>As <see cref="NoCheckpoint(string)"/>, for a job that has ended; null for one that has not.</summary>
    internal static string? NoCheckpoint(JobId job, string kind, JobEnded? end) => end is null
        ? null
        : $"{job} has no {kind}{(kind.Length > 0 ? " " : "")}checkpoint and gets none: {end.Message ?? $"it has ended ({end.Outcome.ToString().ToLowerInvariant()})"}";
}

/// <summary>The contents of a checkpoint.</summary>
/// <param name="Step">The weight updates before it.</param>
/// <param name="Weights">[parameters]</param>
/// <param name="State">The optimizer's vectors [vectors × parameters]; empty at step 0.</param>
public sealed record StoredCheckpoint(long Step, float[] Weights, float[] State);

/// <summary>Which of a job's checkpoints.</summary>
public enum CheckpointChoice
{
    /// <summary>The newest.</summary>
    Last,

    /// <summary>The one of the best epoch by the deciding loss.</summary>
    Best,
}
