using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Service;

/// <summary>The one road of a job: resolves its settings on its data, stores what it begins with, and starts it.</summary>
/// <param name="dispatch">How jobs get to their coordinators.</param>
/// <param name="store">Where their results are.</param>
internal sealed class JobService(IJobDispatch dispatch, IJobStore store) : JobResults(store, dispatch.FindAsync), IJobService
{
    private const int NameAttempts = 20;

    private readonly IJobStore _store = store;

    /// <summary>Reads the data and resolves the settings on it; no cluster is needed yet.</summary>
    /// <param name="given">The settings.</param>
    /// <param name="source">The data of <see cref="JobResolution.SourceOf"/>.</param>
    /// <param name="from">The job that it begins from; null for none.</param>
    /// <param name="load">Reads the data.</param>
    /// <exception cref="UsageException">The settings do not go together with each other or with the data.</exception>
    public static ResolvedJob Resolve(GivenSettings given, DataSettings source, JobRecord? from, Func<DataSettings, EncodedDataSet> load)
    {
        var data = load(source);
        var specification = JobResolution.Resolve(given, source.Seed, LoadedData.ShapeOf(data), from);
        if (from is not null) OtherJob.CheckNetwork(from, specification.Network);
        var job = new ResolvedJob(specification, source, data, given.Get(Settings.Name), from);
        if (given.Get(Settings.InitialWeights) is not { } file) return job;
        var (weights, note) = GivenWeights.Read(file, specification.Network);
        return job with { Specification = specification with { Initial = GivenWeights.Describe(file, weights) }, InitialParameters = weights, WeightsNote = note };
    }

    public Task<JobId> NextNameAsync(string dataName, Func<JobId, bool> isTakenToo, CancellationToken cancellation) =>
        dispatch.NextNameAsync(dataName, isTakenToo, cancellation);

    public async Task<JobSubmission> PrepareAsync(ResolvedJob job, JobId name, RunOptions options, CancellationToken cancellation)
    {
        var (specification, weights) = (job.Specification, job.InitialParameters);
        if (job.From is { } from)
        {
            weights = await _store.ReadWeightsAsync(from.Id, CheckpointChoice.Last, cancellation).ConfigureAwait(false);
            specification = specification with { Initial = OtherJob.Describe(from, weights) };
        }
        return new JobSubmission(name, specification, options, LoadedData.WithFullPaths(job.Source), job.Data, weights);
    }

    public async Task<JobSubmission> PrepareAgainAsync(JobRecord job, RunOptions options, CancellationToken cancellation)
    {
        var data = LoadedData.LoadAgain(job.Id, job.Specification, job.Source);
        var kept = new EncodedDataSet
        {
            Name = data.Name,
            Training = data.Training,
            Validation = data.Validation,
            Encoding = await FindEncodingAsync(job, cancellation).ConfigureAwait(false) ?? data.Encoding,
            Sha256 = data.Sha256,
            Notes = data.Notes,
        };
        return new JobSubmission(job.Id, job.Specification, options, job.Source, kept) { IsKnown = true };
    }

    public async Task<QueueAnswered> SubmitAsync(ResolvedJob job, RunOptions options, SubmissionFacts facts, CancellationToken cancellation)
    {
        await dispatch.TakeInAsync(job.Data, cancellation).ConfigureAwait(false);
        var encodingId = await StoreEncodingAsync(job.Data.Encoding, cancellation).ConfigureAwait(false);
        JobSubmission? submission = null;
        for (var attempt = 1; ; attempt++)
        {
            var name = job.Name ?? await NextNameAsync(facts.DataName, _ => false, cancellation).ConfigureAwait(false);
            submission = (submission ?? await PrepareAsync(job, name, options, cancellation).ConfigureAwait(false)) with { Id = name, Facts = facts };
            var answer = await StartAsync(submission, encodingId, cancellation).ConfigureAwait(false);
            if (answer.Verdict != QueueVerdict.NameTaken || job.Name is not null || attempt == NameAttempts) return answer; // else: taken by another job meanwhile
        }
    }

    public async Task<RunningSearch> StartSearchAsync(SearchSubmission search, CancellationToken cancellation)
    {
        if ((search.Specification.Validate() ?? search.Options.Validate()) is { } wrong) throw new TrainingException(wrong);
        await dispatch.TakeInAsync(search.Data, cancellation).ConfigureAwait(false);
        var running = new RunningSearch();
        var trials = new TrialJobs(this, (job, reason) => dispatch.EndAsync(job, reason, CancellationToken.None), search, running);
        await dispatch.StartSearchAsync(search, trials, running, cancellation).ConfigureAwait(false);
        return running;
    }

    public async Task StartAsync(JobSubmission submission, CancellationToken cancellation)
    {
        if ((submission.Specification.Validate() ?? submission.Options.Validate()) is { } wrong) throw new TrainingException(wrong);
        if (submission.Data.Sha256 != submission.Specification.Data.Sha256)
            throw new TrainingException($"the data set is {submission.Data.Sha256}, the specification names {submission.Specification.Data.Sha256}");
        await dispatch.TakeInAsync(submission.Data, cancellation).ConfigureAwait(false);
        var encodingId = submission.IsKnown ? null : await StoreEncodingAsync(submission.Data.Encoding, cancellation).ConfigureAwait(false);
        await StartAsync(submission, encodingId, cancellation).ConfigureAwait(false);
    }

    public IAsyncEnumerable<JobEvent> WatchAsync(JobId job, CancellationToken cancellation) => dispatch.WatchAsync(job, cancellation);

    public Task PauseAsync(JobId job, CancellationToken cancellation) => SteerAsync(job, JobSteering.Pause, null, cancellation);

    public Task CancelAsync(JobId job, CancellationToken cancellation) => SteerAsync(job, JobSteering.Cancel, null, cancellation);

    public Task<QueueAnswered> SteerAsync(JobId job, JobSteering steering, RunOptions? options, CancellationToken cancellation) =>
        dispatch.SteerAsync(job, steering, options, cancellation);

    public Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation) => dispatch.GetStatusAsync(job, cancellation);

    private async Task<QueueAnswered> StartAsync(JobSubmission submission, string? encodingId, CancellationToken cancellation)
    {
        if (submission.InitialParameters is not { } parameters) return await dispatch.StartAsync(submission, null, encodingId, cancellation).ConfigureAwait(false);
        var expected = new ParameterLayout(submission.Specification.Network).Count;
        if (parameters.Length != expected) throw new TrainingException($"the initial weights hold {parameters.Length} parameters, the network has {expected}");
        var initial = await _store.StoreInitialAsync(submission.Id, parameters, cancellation).ConfigureAwait(false);
        return await dispatch.StartAsync(submission, initial, encodingId, cancellation).ConfigureAwait(false);
    }

    private Task<string> StoreEncodingAsync(FeatureEncoding encoding, CancellationToken cancellation) =>
        _store.StoreBytesAsync("encoding", EncodingFile.Write(encoding), cancellation);
}
