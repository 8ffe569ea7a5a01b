using Distributed.Cluster;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;
using Microsoft.Extensions.Logging;

namespace Distributed.Jobs.Training;

/// <summary>One training from its settings to its result.</summary>
/// <param name="stores">The open stores.</param>
/// <param name="loggers">Where the cluster logs.</param>
/// <param name="store">The store of settings that name none; null for a private one.</param>
internal sealed class Trainings(OpenStores stores, ILoggerFactory loggers, string? store)
{
    private readonly ILogger _log = loggers.CreateLogger("Distributed.Training");

    /// <inheritdoc cref="ITrainer.TrainAsync"/>
    public async Task<TrainingResult> TrainAsync(TrainingSettings settings, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var given = settings.Give();
        JobResolution.Check(given);
        var run = RunSettings.From(given, Environment.ProcessorCount);
        StoreLease? lease = null;
        try
        {
            JobRecord? from = null;
            if (given.Get(Settings.From) is { } other)
            {
                lease = await OpenAsync(ExistingStore(given, Settings.From), run, cancellation).ConfigureAwait(false);
                from = await FindAsync(lease, other, cancellation).ConfigureAwait(false);
            }
            var resolved = await Task.Run(
                () => JobService.Resolve(given, JobResolution.SourceOf(given, from), from, source => RowsCopy.Load(source, settings.Data)), cancellation).ConfigureAwait(false);
            lease ??= await OpenAsync(StoreOf(given), run, cancellation).ConfigureAwait(false);
            var options = OptionsFor(given, lease, null);
            if (!lease.IsPrivate) resolved = resolved with { Source = RowsCopy.Keep(resolved.Source, settings.Data, lease.Path) };
            var submission = await lease.StartAsync(giveUp => PrepareAsync(lease, resolved, options, giveUp), cancellation).ConfigureAwait(false);
            return await FollowAsync(lease, submission, 0, progress, settings, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="ITrainer.ResumeAsync"/>
    public async Task<TrainingResult> ResumeAsync(ResumeSettings settings, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var given = settings.Give();
        var path = ExistingStore(given, Settings.Store);
        await using var lease = await OpenAsync(path, RunSettings.From(given, Environment.ProcessorCount), cancellation).ConfigureAwait(false);
        var record = settings.Job is { } name
            ? await FindAsync(lease, JobId.TryParse(name, out var id) ? id : throw new UsageException($"'{name}' is not a job's name"), cancellation).ConfigureAwait(false)
            : (await lease.Jobs.ListJobsAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(job => job.End is null)
                ?? throw new UsageException($"{path} holds no unfinished job");
        if (record.Specification.Validate() is { } wrong) throw new UsageException($"{record.Id}: {wrong}");
        var options = OptionsFor(given, lease, record.Options);
        if (record.End is { } end)
        {
            var ended = await lease.Jobs.PrepareAgainAsync(record, options, cancellation).ConfigureAwait(false);
            return await ResultAsync(lease, ended, end).ConfigureAwait(false);
        }
        var submission = await lease.StartAsync(giveUp => lease.Jobs.PrepareAgainAsync(record, options, giveUp), cancellation).ConfigureAwait(false);
        return await FollowAsync(lease, submission, record.Epochs.Count, progress, settings, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ITrainer.ListJobsAsync"/>
    public async Task<IReadOnlyList<JobRecord>> ListAsync(string? named, CancellationToken cancellation)
    {
        var given = new ResumeSettings { Store = named }.Give();
        var path = StoreOf(given) ?? throw new SettingException(Settings.Store, $"{Settings.Store} names none: give the store whose jobs are meant");
        if (!File.Exists(path)) return [];
        await using var lease = await OpenAsync(path, RunSettings.From(given, Environment.ProcessorCount), cancellation).ConfigureAwait(false);
        return await lease.Jobs.ListJobsAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<TrainingResult> FollowAsync(
        StoreLease lease, JobSubmission submission, int known, IProgress<TrainingProgress>? progress, TrainingRunSettings settings, CancellationToken cancellation)
    {
        foreach (var note in submission.Data.Notes) _log.LogInformation("{Job}: {Note}", submission.Id, note.Say(TrainingSettingException.PropertyOf));
        using var follower = new TrainingFollower(lease.Jobs, submission, progress, _log);
        try
        {
            var end = await follower.RunAsync(known, cancellation, settings.StopEarly).ConfigureAwait(false);
            return end is not null
                ? await ResultAsync(lease, submission, end).ConfigureAwait(false)
                : throw new TrainingInterruptedException(submission.Id.Value, follower.Checkpoint, lease.IsPrivate ? null : lease.Path, cancellation);
        }
        finally
        {
            lease.Ended(submission.Id);
        }
    }

    private static async Task<TrainingResult> ResultAsync(StoreLease lease, JobSubmission submission, JobEnded end)
    {
        if (end.Outcome == JobOutcome.Failed || end.IsWithoutWeights) throw new TrainingException(end.Message ?? $"{submission.Id} failed, and no reason was given");
        var record = await lease.Jobs.FindJobAsync(submission.Id, CancellationToken.None).ConfigureAwait(false)
            ?? throw new TrainingException($"the store {lease.Path} holds no job {submission.Id} any more");
        var last = await lease.Jobs.ReadModelAsync(record, CheckpointChoice.Last, CancellationToken.None).ConfigureAwait(false);
        var best = record.BestCheckpoint is null || record.BestCheckpoint == record.LastCheckpoint
            ? last
            : await lease.Jobs.ReadModelAsync(record, CheckpointChoice.Best, CancellationToken.None).ConfigureAwait(false);
        var data = submission.Data;
        return new TrainingResult
        {
            Job = submission.Id.Value,
            Reason = end.Reason ?? StopReason.Cancelled,
            Steps = end.Step,
            History = [.. record.Epochs.Select(epoch => TrainingEpoch.Of(epoch, data.Encoding.Target.Scale))],
            Best = best,
            Last = last,
            Metrics = best.Evaluate(data.Validation ?? data.Training),
            WeightsSha256 = ParameterHash.Compute(last.Parameters),
            Notes = [.. data.Notes.Select(note => note.Say(TrainingSettingException.PropertyOf))],
        };
    }

    private static async Task<JobSubmission> PrepareAsync(StoreLease lease, ResolvedJob job, RunOptions options, CancellationToken cancellation)
    {
        if (job.Name is { } wanted && await lease.Jobs.FindJobAsync(wanted, cancellation).ConfigureAwait(false) is not null)
            throw new SettingException(Settings.Name, $"{Settings.Name}: the store {lease.Path} has a job {wanted} already; choose another name, or resume it");
        var name = job.Name ?? await lease.Jobs.NextNameAsync(LoadedData.DisplayName(job.Source.Source), _ => false, cancellation).ConfigureAwait(false);
        return await lease.Jobs.PrepareAsync(job, name, options, cancellation).ConfigureAwait(false);
    }

    private static async Task<JobRecord> FindAsync(StoreLease lease, JobId name, CancellationToken cancellation)
    {
        if (await lease.Jobs.FindJobAsync(name, cancellation).ConfigureAwait(false) is { } record) return record;
        var jobs = await lease.Jobs.ListJobsAsync(cancellation).ConfigureAwait(false);
        throw new UsageException($"there is no job '{name}' in {lease.Path}{NearestName.Hint(name.Value, jobs.Select(job => job.Id.Value))}");
    }

    /// <summary>The options of a run on the workers that there are: more than the first training brought will never come.</summary>
    private static RunOptions OptionsFor(GivenSettings given, StoreLease lease, RunOptions? before)
    {
        given.Give(Settings.Workers, lease.Workers);
        return RunSettings.ForOneProcess(given, Environment.ProcessorCount, before).Options;
    }

    private string? StoreOf(GivenSettings given) => given.Get(Settings.Store) is { } named ? Path.GetFullPath(named) : store;

    private string ExistingStore(GivenSettings given, Setting needing)
    {
        var path = StoreOf(given) ?? throw new SettingException(needing, $"{needing} needs a store: {Settings.Store} names the file");
        return File.Exists(path) ? path : throw new SettingException(needing, $"{needing}: there is no store {path}");
    }

    /// <summary>Opens the store that settings name, or a private one.</summary>
    public Task<StoreLease> OpenAsync(GivenSettings given, CancellationToken cancellation) =>
        OpenAsync(StoreOf(given), RunSettings.From(given, Environment.ProcessorCount), cancellation);

    private Task<StoreLease> OpenAsync(string? path, RunSettings run, CancellationToken cancellation)
    {
        var options = new EmbeddedClusterOptions { StorePath = path ?? "", Workers = run.Workers, Threads = run.Threads, Loggers = loggers };
        return path is null ? stores.OpenPrivateAsync(options, cancellation) : stores.OpenAsync(options, cancellation);
    }
}
