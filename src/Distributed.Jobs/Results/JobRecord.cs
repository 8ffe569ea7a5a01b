using Distributed.Data.Encodings;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Results;

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

    /// <summary>Workers of the job's first assignment; null before it, and where the journal does not tell.</summary>
    public int? FirstWorkers { get; init; }

    /// <summary>The name of its samples for display; null for the source's own.</summary>
    internal string? DataName { get; init; }

    /// <summary>Where its fitted encoding is stored; null for a job that an earlier release stored without it.</summary>
    internal string? EncodingId { get; init; }

    /// <summary>The record of what a journal tells; null when its coordinator never got to write.</summary>
    internal static JobRecord? Of(JobId id, DateTimeOffset submittedAt, DataSettings source, string? encodingId, JobHistory history) =>
        history.Specification is not { } specification
            ? null
            : new JobRecord(
                id, submittedAt, specification, history.Options, source, [.. history.Decisions], history.Latest?.Step,
                history.DurableBest(new EpochPlan(specification))?.Step, history.End)
            {
                Checkpoints = [.. history.Checkpoints.Select(kept => kept.Step)],
                FirstWorkers = history.FirstWorkers,
                EncodingId = encodingId,
            };

    /// <summary>Tells that a checkpoint is not there, and what can be done: a job that has ended never gets one.</summary>
    /// <param name="kind">Which: "best", "last", or "" for any.</param>
    public string NoCheckpoint(string kind) => NoCheckpoint(Id, kind, End) ?? $"{Id} has no {kind}{(kind.Length > 0 ? " " : "")}checkpoint yet: resume it to get one";

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
