using Distributed.Data.Encodings;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Api;

/// <summary>
/// The body of a submission: a job file, as <c>dtrain train --job</c> reads it: one JSON object of settings (all optional) whose values are
/// texts, numbers, lists or maps; <c>data</c> (and <c>validation</c>) name a built-in data set, or an uploaded one by its id or its name. The
/// settings that set up one process (<c>workers</c>, <c>threads</c>, <c>store</c>, <c>out</c>) are refused. Everything is checked against the
/// data before the job is accepted.
/// </summary>
public static class SubmitJob
{
    /// <summary>The longest body in bytes.</summary>
    public const int MaximumBytes = 1 << 20;
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

    /// <summary>The source of the samples; the id of an uploaded data set.</summary>
    public required DataSettings Source { get; init; }

    /// <summary>Workers of the job's first assignment; null before it, and where the journal does not tell (<see cref="JobStarted"/>).</summary>
    public int? FirstWorkers { get; init; }

    /// <summary>The decided epochs in order; of <c>?last=N</c> the last N of them. <see cref="JobSummary.Epochs"/> of the summary is their number.</summary>
    public required IReadOnlyList<EpochDecided> Epochs { get; init; }

    /// <summary>The newest committed checkpoint's step; null before the first.</summary>
    public long? LastCheckpoint { get; init; }

    /// <summary>The step of the best epoch that is durable; null before the first.</summary>
    public long? BestCheckpoint { get; init; }

    /// <summary>How it ended; null while it has not.</summary>
    public JobEnded? End { get; init; }

    /// <summary>How its coordinator says that it is: workers, blocks, checkpoints, where the time goes; null while it has no turn, and when there was no answer in time.</summary>
    public JobStatus? Status { get; init; }

    /// <summary>Remarks of the samples' reader, one sentence each, such as a dropped column. Only in the answer to a submission.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>By how much a regression's standardised errors are multiplied to be in the target's unit; 1 for classifiers.</summary>
    public double TargetScale { get; init; } = 1;
}

/// <summary>A job's epochs: all, the last ones, or a page.</summary>
public sealed record JobMetrics(string Job, IReadOnlyList<EpochDecided> Epochs)
{
    /// <summary>How many the job has; null in answers of earlier releases.</summary>
    public int? Total { get; init; }

    /// <summary>What <c>?from=</c> takes for the next page; null where nothing follows.</summary>
    public int? Next { get; init; }
}

/// <summary>A job's log: what was decided about it and when, oldest first; all, the last lines, or a page.</summary>
public sealed record JobLog(string Job, IReadOnlyList<JobLogLine> Lines)
{
    /// <summary>How many lines there are; null in answers of earlier releases.</summary>
    public int? Total { get; init; }

    /// <summary>What <c>?from=</c> takes for the next page; null where nothing follows.</summary>
    public int? Next { get; init; }
}

/// <summary>One line of a job's log.</summary>
/// <param name="At">When it was written (UTC).</param>
/// <param name="Text">The text to show.</param>
public sealed record JobLogLine(DateTimeOffset At, string Text);
