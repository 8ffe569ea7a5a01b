using Distributed.Api;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Data.Encodings;
using Distributed.Jobs.Gateway;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Node.Datasets;
using Distributed.Node.Histories;
using Distributed.Node.Problems;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Node.Jobs;

/// <summary>A job as directory and journal tell it together.</summary>
/// <param name="Told">The directory's record.</param>
/// <param name="Picture">What its journal says; without a specification until its coordinator has written it there.</param>
internal sealed record KnownJob(QueuedJobReply Told, HistoryPicture Picture)
{
    public JobHistory History => Picture.History;

    public JobSummary Summary => Told.Summary!;

    public SubmissionFacts Facts => Told.Facts!;

    public JobRecord Record => QueuedJobs.RecordOf(Told, History) ?? throw ApiException.NotFound($"the job {Told.Job} was deleted just now");

    public Checkpoint? Best => History.Specification is { } specification ? History.DurableBest(new EpochPlan(specification)) : null;
}

/// <summary>Reads jobs for display.</summary>
internal sealed class JobReader(GatewayAccess cluster, JobHistories histories, DatasetStore datasets)
{
    private readonly EarlierFingerprints _fingerprints = new(cluster, TimeProvider.System);

    /// <summary>The name in a path, or an error.</summary>
    public static JobId Parse(string name) =>
        JobId.TryParse(name, out var job) ? job : throw ApiException.NotFound($"'{(name.Length > 80 ? name[..80] : name)}' is not a job's name");

    /// <summary>A job.</summary>
    /// <exception cref="ApiException">There is no such job.</exception>
    public async Task<KnownJob> FindAsync(JobId job, CancellationToken cancellation)
    {
        var told = await cluster.FindAsync(job, cancellation).ConfigureAwait(false);
        if (told.Summary is not { } summary) throw NoSuch(job);
        // Before its first turn a job has no journal, and right after it an empty one.
        return new KnownJob(told, summary.StartedAt is null ? HistoryPicture.Empty : await histories.ReadAsync(job, summary.SubmittedAt, cancellation).ConfigureAwait(false));
    }

    /// <summary>A page of jobs, newest first.</summary>
    /// <param name="before">Jobs submitted before this one; null for the newest.</param>
    /// <param name="limit">The most.</param>
    /// <param name="cancellation">The client went away.</param>
    public async Task<JobList> PageAsync(JobId? before, int limit, CancellationToken cancellation)
    {
        var page = await cluster.PageAsync(before, limit, cancellation).ConfigureAwait(false);
        return new JobList(await _fingerprints.FillAsync(page.Jobs, cancellation).ConfigureAwait(false), page.Next?.Value);
    }

    /// <summary>Everything about a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="last">The last epochs alone; null for all.</param>
    /// <param name="cancellation">The client went away.</param>
    public async Task<JobDetail> DetailAsync(JobId job, int? last, CancellationToken cancellation)
    {
        var known = await FindAsync(job, cancellation).ConfigureAwait(false);
        var record = known.Record;
        var fingerprint = record.End?.WeightsSha256 ?? await _fingerprints.FindAsync(known.Summary, cancellation).ConfigureAwait(false);
        var end = record.End ?? EndOfQueued(known.Summary);
        return new JobDetail
        {
            Summary = Completed(known) with { WeightsSha256 = fingerprint },
            Specification = record.Specification,
            Options = known.Told.Options ?? record.Options,
            Source = ForClients(record.Source),
            FirstWorkers = record.FirstWorkers,
            Epochs = last is { } most ? [.. record.Epochs.TakeLast(most)] : record.Epochs,
            LastCheckpoint = record.LastCheckpoint,
            BestCheckpoint = record.BestCheckpoint,
            End = end is null ? null : end with { WeightsSha256 = fingerprint },
            TargetScale = known.Facts.TargetScale,
            Status = HasCoordinator(known.Summary) ? await cluster.StatusAsync(job, cancellation).ConfigureAwait(false) : null,
        };
    }

    /// <summary>Refuses a job that there is not, without reading its journal.</summary>
    public async Task CheckAsync(JobId job, CancellationToken cancellation)
    {
        if ((await cluster.FindAsync(job, cancellation).ConfigureAwait(false)).Summary is null) throw NoSuch(job);
    }

    /// <summary>How a job that has its turn is at this moment.</summary>
    /// <exception cref="ApiException">There is no such job, it has no turn, or its coordinator does not answer for now.</exception>
    public async Task<JobStatus> StatusAsync(JobId job, CancellationToken cancellation)
    {
        var told = await cluster.FindAsync(job, cancellation).ConfigureAwait(false);
        if (told.Summary is not { } summary) throw NoSuch(job);
        if (!HasCoordinator(summary)) throw ApiException.Conflict($"{job} has no turn, it is {summary.State.ToString().ToLowerInvariant()}: {ApiRoutes.Job(job.Value)} tells what is known of it");
        return await cluster.StatusAsync(job, cancellation).ConfigureAwait(false)
            ?? throw new TrainingException($"the coordinator of {job} does not answer for now");
    }

    /// <summary>A job's log: what its journal says, and when.</summary>
    /// <param name="job">The job.</param>
    /// <param name="rangeOf">Which of so many lines.</param>
    /// <param name="cancellation">The client went away.</param>
    public async Task<JobLog> LogAsync(JobId job, Func<int, HistoryRange> rangeOf, CancellationToken cancellation)
    {
        var known = await FindAsync(job, cancellation).ConfigureAwait(false);
        var summary = known.Summary;
        var lines = new List<(DateTimeOffset At, string? Text, JournalEvent? Event)> { (summary.SubmittedAt, $"submitted to learn from {summary.Data}", null) };
        if (summary.StartedAt is { } started) lines.Add((started, "has its turn", null));
        foreach (var row in known.Picture.Log) lines.Add((row.At, null, row.Event));
        if (summary.StartedAt is null && summary.EndedAt is { } ended) lines.Add((ended, "cancelled before its first turn", null));
        var range = rangeOf(lines.Count);
        var shown = lines.OrderBy(line => line.At).Skip(range.From).Take(range.Count);
        return new JobLog(job.Value, [.. shown.Select(line => new JobLogLine(line.At, line.Text ?? LogText.Of(line.Event!)!))]) { Total = range.Total, Next = range.Next };
    }

    private static ApiException NoSuch(JobId job) => ApiException.NotFound($"there is no job {job}; {ApiRoutes.Jobs} lists those that there are");

    private static bool HasCoordinator(JobSummary summary) => summary.State == JobPhase.Running || (summary.State == JobPhase.Paused && summary.StartedAt is not null);

    /// <summary>The source without this node's paths: an uploaded data set by its id.</summary>
    private DataSettings ForClients(DataSettings source) => source with
    {
        Source = datasets.IdOf(source.Source) ?? (LoadedData.IsBuiltIn(source.Source) ? source.Source : LoadedData.DisplayName(source.Source)),
        Validation = source.Validation is { } validation ? datasets.IdOf(validation) ?? validation : null,
    };

    /// <summary>The journal knows epochs and metrics even when the directory has not heard of them.</summary>
    private static JobSummary Completed(KnownJob known) => known.Summary with
    {
        Epochs = Math.Max(known.Summary.Epochs, known.History.Decisions.Count),
        Metrics = known.History.Decisions is [.., var last] ? last.Metrics : known.Summary.Metrics,
        Step = Math.Max(known.Summary.Step, known.History.Latest?.Step ?? 0),
    };

    private static JobEnded? EndOfQueued(JobSummary summary) =>
        summary is { State: JobPhase.Cancelled, StartedAt: null } ? new JobEnded(JobOutcome.Cancelled, 0, StopReason.Cancelled, null) : null;
}
