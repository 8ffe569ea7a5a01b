using Distributed.Api;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Data.Encodings;
using Distributed.Jobs.Gateway;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Node.Datasets;
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
/// <param name="History">What its journal says; without a specification until its coordinator has written it there.</param>
internal sealed record KnownJob(QueuedJobReply Told, JobHistory History)
{
    public JobSummary Summary => Told.Summary!;

    public SubmissionFacts Facts => Told.Facts!;

    public JobRecord Record => QueuedJobs.RecordOf(Told, History) ?? throw ApiException.NotFound($"the job {Told.Job} was deleted just now");

    public Checkpoint? Best => History.Specification is { } specification ? History.DurableBest(new EpochPlan(specification)) : null;
}

/// <summary>Reads jobs for display.</summary>
internal sealed class JobReader(GatewayAccess cluster, DatasetStore datasets)
{
    private readonly EarlierFingerprints _fingerprints = new(cluster, TimeProvider.System);

    /// <summary>The name in a path, or an error.</summary>
    public static JobId Parse(string name) =>
        JobId.TryParse(name, out var job) ? job : throw ApiException.NotFound($"'{(name.Length > 80 ? name[..80] : name)}' is not a job's name");

    /// <summary>A job.</summary>
    /// <exception cref="ApiException">There is no such job.</exception>
    public async Task<KnownJob> FindAsync(JobId job, CancellationToken cancellation)
    {
        var (told, history) = await cluster.LookUpAsync(job, cancellation).ConfigureAwait(false);
        return told.Summary is null ? throw NoSuch(job) : new KnownJob(told, history);
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
    public async Task<JobDetail> DetailAsync(JobId job, CancellationToken cancellation)
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
            Epochs = record.Epochs,
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
    public async Task<JobLog> LogAsync(JobId job, CancellationToken cancellation)
    {
        var known = await FindAsync(job, cancellation).ConfigureAwait(false);
        var summary = known.Summary;
        var lines = new List<JobLogLine> { new(summary.SubmittedAt, $"submitted to learn from {summary.Data}") };
        if (summary.StartedAt is { } started) lines.Add(new JobLogLine(started, "has its turn"));
        foreach (var row in await cluster.Stored.JournalAsync(job, cancellation).ConfigureAwait(false))
            if (LogText.Of(row.Event) is { } text) lines.Add(new JobLogLine(row.At, text));
        if (summary.StartedAt is null && summary.EndedAt is { } ended) lines.Add(new JobLogLine(ended, "cancelled before its first turn"));
        return new JobLog(job.Value, [.. lines.OrderBy(line => line.At)]);
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
