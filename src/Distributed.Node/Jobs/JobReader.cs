using Distributed.Api;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Data.Encodings;
using Distributed.Jobs.Gateway;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
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

    public JobSpecification Specification => History.Specification ?? Told.Start?.Specification
        ?? throw ApiException.NotFound($"the job {Told.Job} was deleted just now");

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
        var told = await cluster.FindAsync(job, cancellation).ConfigureAwait(false);
        if (told.Summary is not { } summary) throw NoSuch(job);
        // Before its first turn a job has no journal, and right after it an empty one.
        return new KnownJob(told, summary.StartedAt is null ? new JobHistory() : await cluster.Stored.HistoryAsync(job, cancellation).ConfigureAwait(false));
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
        var history = known.History;
        var fingerprint = history.End?.WeightsSha256 ?? await _fingerprints.FindAsync(known.Summary, cancellation).ConfigureAwait(false);
        var end = history.End ?? EndOfQueued(known.Summary);
        return new JobDetail
        {
            Summary = Completed(known) with { WeightsSha256 = fingerprint },
            Specification = known.Specification,
            Options = known.Told.Options ?? history.Options,
            Source = ForClients(known.Told.Source!),
            FirstWorkers = history.FirstWorkers,
            Epochs = [.. history.Decisions],
            LastCheckpoint = history.Latest?.Step,
            BestCheckpoint = known.Best?.Step,
            End = end is null ? null : end with { WeightsSha256 = fingerprint },
            TargetScale = known.Facts.TargetScale,
            Status = HasCoordinator(known.Summary) ? await cluster.StatusAsync(job, cancellation).ConfigureAwait(false) : null,
        };
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

    /// <summary>A job for another one to begin from; null when there is none.</summary>
    public async Task<JobRecord?> RecordAsync(JobId job, CancellationToken cancellation)
    {
        try
        {
            var known = await FindAsync(job, cancellation).ConfigureAwait(false);
            return new JobRecord(
                job, known.Summary.SubmittedAt, known.Specification, known.History.Options, known.Told.Source!, [.. known.History.Decisions],
                known.History.Latest?.Step, known.Best?.Step, known.History.End);
        }
        catch (ApiException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>A job's last weights, checked against the network that begins with them.</summary>
    public async Task<float[]> LastWeightsAsync(JobRecord from, NetworkSpecification network, CancellationToken cancellation)
    {
        OtherJob.CheckNetwork(from, network);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var history = await cluster.Stored.HistoryAsync(from.Id, cancellation).ConfigureAwait(false);
            if (history.Latest is not { } latest) break;
            if (await cluster.Stored.WeightsAsync(latest, cancellation).ConfigureAwait(false) is { } weights) return weights;
        }
        throw ApiException.Conflict($"'from': {from.Id} has no checkpoint that can be read");
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
