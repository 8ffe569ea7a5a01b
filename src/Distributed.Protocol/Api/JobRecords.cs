using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Learning.Data;

namespace Distributed.Protocol.Api;

/// <summary>
/// What a submission's body is: a job file, as <c>dtrain train --job</c> reads it: one JSON object of settings (all optional) whose values are
/// texts, numbers, lists or maps; <c>data</c> (and <c>validation</c>) name a built-in data set, or an uploaded one by its id or its name. The
/// settings that set up one process (<c>workers</c>, <c>threads</c>, <c>store</c>, <c>out</c>) are refused. Everything is checked against the
/// data before the job is taken.
/// </summary>
public static class SubmitJob
{
    /// <summary>The longest body in bytes.</summary>
    public const int MaximumBytes = 1 << 20;
}

/// <summary>Where a job stands: <c>queued → running ⇄ paused → completed | failed | cancelled</c>.</summary>
[JsonConverter(typeof(JobPhaseConverter))]
public enum JobPhase
{
    /// <summary>It waits for its turn or for workers; the reason says for which.</summary>
    Queued,

    /// <summary>It has its turn.</summary>
    Running,

    /// <summary>A person paused it, or wants it to pause at the next step.</summary>
    Paused,

    /// <summary>A stop rule ended it, or its last epoch.</summary>
    Completed,

    /// <summary>It cannot go on; the message says why.</summary>
    Failed,

    /// <summary>A person ended it.</summary>
    Cancelled,
}

/// <summary>Where a job stands as a word in lower case.</summary>
public sealed class JobPhaseConverter() : JsonStringEnumConverter<JobPhase>(JsonNamingPolicy.CamelCase);

/// <summary>A job in a list.</summary>
public sealed record JobSummary
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobPhase State { get; init; }

    /// <summary>Why it waits, or how it failed; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>What it learns from, for people: the built-in or uploaded data set's name.</summary>
    public required string Data { get; init; }

    /// <summary>When it was submitted (UTC).</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When it first had its turn (UTC); null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended (UTC); null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How many jobs come before it; null unless it is queued.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Epochs that are decided.</summary>
    public int Epochs { get; init; }

    /// <summary>The most epochs.</summary>
    public int MaximumEpochs { get; init; }

    /// <summary>Steps done, as far as known.</summary>
    public long Step { get; init; }

    /// <summary>Steps of all epochs.</summary>
    public long TotalSteps { get; init; }

    /// <summary>The last decided epoch's metrics; null before.</summary>
    public EpochMetrics? Metrics { get; init; }

    /// <summary>
    /// SHA-256 of the weights that it ended on: the flat parameter vector as little-endian float32, lower-case hex. Null while it has not ended, and
    /// of a job that failed or has no weights.
    /// </summary>
    public string? WeightsSha256 { get; init; }
}

/// <summary>A page of jobs, newest first.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">What <c>?before=</c> takes for the next page; null on the last one.</param>
public sealed record JobList(IReadOnlyList<JobSummary> Jobs, string? Next);

/// <summary>Everything about a job.</summary>
public sealed record JobDetail
{
    /// <summary>As in a list.</summary>
    public required JobSummary Summary { get; init; }

    /// <summary>Everything that can reach a weight, resolved.</summary>
    public required JobSpecification Specification { get; init; }

    /// <summary>The run options in force.</summary>
    public required RunOptions Options { get; init; }

    /// <summary>Where the samples come from; an uploaded data set stands there by its id.</summary>
    public required DataSettings Source { get; init; }

    /// <summary>Workers of the job's first assignment; null before it, and where the journal does not tell (<see cref="JobStarted"/>).</summary>
    public int? FirstWorkers { get; init; }

    /// <summary>The decided epochs in order.</summary>
    public required IReadOnlyList<EpochDecided> Epochs { get; init; }

    /// <summary>The newest committed checkpoint's step; null before the first.</summary>
    public long? LastCheckpoint { get; init; }

    /// <summary>The step of the best epoch that is durable; null before the first.</summary>
    public long? BestCheckpoint { get; init; }

    /// <summary>How it ended; null while it has not.</summary>
    public JobEnded? End { get; init; }

    /// <summary>How its coordinator says that it is: workers, blocks, checkpoints, where the time goes; null while it has no turn, and when there was no answer in time.</summary>
    public JobStatus? Status { get; init; }

    /// <summary>What the samples' reader has to say, one sentence each; for example a column left out. Only in the answer to a submission.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>By how much a regression's standardised errors are multiplied to be in the target's unit; 1 for classifiers.</summary>
    public double TargetScale { get; init; } = 1;
}

/// <summary>A job's epochs.</summary>
public sealed record JobMetrics(string Job, IReadOnlyList<EpochDecided> Epochs);

/// <summary>A job's log: what was decided about it and when, oldest first.</summary>
public sealed record JobLog(string Job, IReadOnlyList<JobLogLine> Lines);

/// <summary>One line of a job's log.</summary>
/// <param name="At">When it was written (UTC).</param>
/// <param name="Text">For people.</param>
public sealed record JobLogLine(DateTimeOffset At, string Text);
