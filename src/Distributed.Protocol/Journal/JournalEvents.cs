using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Journal;

/// <summary>A decision of a job's coordinator, journaled before any message follows from it.</summary>
public abstract record JournalEvent;

/// <summary>The job was submitted; always the first event.</summary>
/// <param name="Specification">The job.</param>
/// <param name="Options">How it runs.</param>
/// <param name="Initial">The stored weights the job begins from (<see cref="Checkpoint.IsGiven"/>); null for random ones.</param>
internal sealed record JobSubmitted(JobSpecification Specification, RunOptions Options, Checkpoint? Initial = null) : JournalEvent;

/// <summary>A run of the job began with different options from the last.</summary>
internal sealed record RunOptionsChanged(RunOptions Options) : JournalEvent;

/// <summary>A coordinator took over; messages of lower terms are refused.</summary>
internal sealed record TermStarted(long Term) : JournalEvent;

/// <summary>All blocks load the named checkpoint (null: the initial weights) and continue from it; frames of lower lineages are dropped.</summary>
/// <param name="Lineage">The new lineage.</param>
/// <param name="CheckpointStep">The checkpoint's step; null: the initial weights.</param>
/// <param name="Blocks">K.</param>
/// <param name="Reason">What was lost, for a rewind; null for a lineage that a start or a person began.</param>
internal sealed record LineageStarted(long Lineage, long? CheckpointStep, int Blocks, string? Reason = null) : JournalEvent
{
    /// <summary>The share of shards that two workers compute.</summary>
    public double AuditShare { get; init; }
}

/// <summary>A lineage that followed a rewind has made a step. Written only when rewinds are being counted (<see cref="JobHistory.Fruitless"/>).</summary>
/// <param name="Lineage">The lineage.</param>
internal sealed record LineageAdvanced(long Lineage) : JournalEvent;

/// <summary>The job's first assignment: its steps begin. Written once per job, regardless of coordinator changes.</summary>
/// <param name="Workers">Workers that were assigned.</param>
internal sealed record TrainingBegan(int Workers) : JournalEvent;

/// <summary>A worker's result for a shard differs from that of two others on the same weights: it is excluded from the job.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Lineage">The lineage.</param>
/// <param name="Step">The step.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Reason">For display.</param>
internal sealed record WorkerExcluded(WorkerId Worker, long Lineage, long Step, int Shard, string Reason) : JournalEvent;

/// <summary>
/// An attempt ended in an exception: a block threw, which ends its lineage, or every assigned worker threw since the last step. A lost node, an
/// unavailable store, a pause, a move or changed options are not failed attempts.
/// </summary>
/// <param name="Lineage">The lineage.</param>
/// <param name="Step">Steps done, as far as the coordinator knew.</param>
/// <param name="Cause">Who threw, where, and what.</param>
/// <param name="IsOutOfMemory">Whether there was not enough memory.</param>
internal sealed record AttemptFailed(long Lineage, long Step, string Cause, bool IsOutOfMemory) : JournalEvent;

/// <summary>All blocks' snapshots of one step are durable.</summary>
internal sealed record CheckpointCommitted(Checkpoint Checkpoint) : JournalEvent;

/// <summary>An epoch ended: its metrics, whether they are the best so far, and why the job stops there (null: it continues).</summary>
public sealed record EpochDecided(int Epoch, bool IsBest, StopReason? Stop, EpochMetrics Metrics) : JournalEvent;

/// <summary>The state that all earlier events add up to: they are no longer needed, and are deleted once this one is durable.</summary>
/// <param name="Specification">The job.</param>
/// <param name="Options">The run options in force.</param>
/// <param name="Term">The highest term.</param>
/// <param name="Lineage">The newest lineage; null before the first.</param>
/// <param name="Rewinds">Lineages that began because something was lost.</param>
/// <param name="Decisions">Decided epochs in order.</param>
/// <param name="Checkpoints">Kept checkpoints, ascending.</param>
/// <param name="IsPaused">Whether a pause is requested or in force.</param>
/// <param name="IsCancelled">Whether a cancel is requested.</param>
internal sealed record JobSummarized(
    JobSpecification Specification, RunOptions Options, long Term, LineageStarted? Lineage, int Rewinds, IReadOnlyList<EpochDecided> Decisions,
    IReadOnlyList<Checkpoint> Checkpoints, bool IsPaused, bool IsCancelled) : JournalEvent
{
    /// <summary>Excluded workers; null for none.</summary>
    public IReadOnlyList<WorkerExcluded>? Exclusions { get; init; }

    /// <summary>As in <see cref="TrainingBegan"/>; null before it.</summary>
    public int? FirstWorkers { get; init; }

    /// <summary>Failed attempts since the last epoch or checkpoint; null for none.</summary>
    public IReadOnlyList<AttemptFailed>? Failures { get; init; }

    /// <summary>As in <see cref="JobHistory.Fruitless"/>.</summary>
    public int Fruitless { get; init; }

    /// <summary>As in <see cref="CancelRequested"/>.</summary>
    public StopReason? CancelReason { get; init; }
}

/// <summary>The job is paused or resumed.</summary>
internal sealed record PauseChanged(bool Paused) : JournalEvent;

/// <summary>The job is cancelled: it ends on the weights where its blocks can be held.</summary>
internal sealed record CancelRequested : JournalEvent
{
    /// <summary>Why, if not by a person.</summary>
    public StopReason? Reason { get; init; }
}

/// <summary>The job ended.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Step">Steps done; for a failed job the step that failed.</param>
/// <param name="Reason">Why it completed; null for a failed one.</param>
/// <param name="Message">Why it failed, with advice, or that a cancelled job has no weights; null otherwise.</param>
public sealed record JobEnded(JobOutcome Outcome, long Step, StopReason? Reason, string? Message) : JournalEvent
{
    /// <summary>The end of a job that was cancelled with nothing to keep.</summary>
    public static JobEnded WithoutWeights { get; } =
        new(JobOutcome.Cancelled, 0, StopReason.Cancelled, "it was cancelled before its first checkpoint, so there are no weights");

    /// <summary>Whether the job was cancelled with nothing to keep.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsWithoutWeights => Outcome == JobOutcome.Cancelled && Message is not null;

    /// <summary>True if it failed because a number was not finite: a fact of the specification and the data, whatever ran it. Otherwise null, and not written.</summary>
    public bool? IsDivergence { get; init; }

    /// <summary>
    /// SHA-256 of the final weights: the flat parameter vector as little-endian float32, lower-case hex. Null for a job that failed or has no
    /// weights, for one that an earlier release ended, and when the store could not be read at that moment.
    /// </summary>
    public string? WeightsSha256 { get; init; }
}

/// <summary>How a job ended.</summary>
public enum JobOutcome
{
    /// <summary>A stop rule applied or the last epoch ended.</summary>
    Completed,

    /// <summary>A person cancelled it.</summary>
    Cancelled,

    /// <summary>The job cannot continue; the message says why.</summary>
    Failed,
}

/// <summary>A committed set: the snapshots of all blocks at the same step.</summary>
/// <param name="Step">The weights' version: steps done.</param>
/// <param name="Lineage">The lineage that wrote it.</param>
/// <param name="Parts">Every stored part, covering all parameters once, in ascending order.</param>
/// <param name="Totals">Running sums of the current epoch at that step.</param>
/// <param name="ParameterCount">Length of the flat parameter vector.</param>
internal sealed record Checkpoint(long Step, long Lineage, IReadOnlyList<SnapshotPart> Parts, ShardMetrics Totals, int ParameterCount)
{
    /// <summary>Whether these are the weights the job began from, written by none of its lineages. Their parts belong to another owner.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsGiven => Lineage == 0;
}

/// <summary>One stored row: a contiguous range of parameters with its optimizer state.</summary>
/// <param name="Start">First parameter.</param>
/// <param name="Count">Parameters.</param>
/// <param name="PersistenceId">Where it is stored.</param>
/// <param name="SequenceNumber">The sequence number under which it is stored.</param>
/// <param name="Checksum">XxHash3 over the stored bytes.</param>
internal sealed record SnapshotPart(int Start, int Count, string PersistenceId, long SequenceNumber, ulong Checksum);
