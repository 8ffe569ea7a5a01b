using Distributed.Data.Encodings;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Models;
using Distributed.Protocol.Identity;

namespace Distributed.Jobs.Service;

/// <summary>Stored jobs, and the models of what they have learnt.</summary>
/// <param name="store">Where the results are.</param>
/// <param name="find">Finds one job; null when the name is unknown.</param>
internal class JobResults(IStoredResults store, Func<JobId, CancellationToken, Task<JobRecord?>> find) : IJobResults
{
    public Task<IReadOnlyList<JobRecord>> ListJobsAsync(CancellationToken cancellation) => store.ListAsync(cancellation);

    public Task<IReadOnlyList<SearchRecord>> ListSearchesAsync(CancellationToken cancellation) => store.ListSearchesAsync(cancellation);

    public Task<SearchRecord?> FindSearchAsync(JobId search, CancellationToken cancellation) => store.FindSearchAsync(search, cancellation);

    public Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation) => find(job, cancellation);

    public Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation) =>
        store.ReadWeightsAsync(job, choice, cancellation);

    public Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation) =>
        store.ReadCheckpointAsync(job, step, cancellation);

    public async Task<TrainedModel> ReadModelAsync(JobRecord job, CheckpointChoice choice, CancellationToken cancellation)
    {
        if ((choice == CheckpointChoice.Best ? job.BestCheckpoint : job.LastCheckpoint) is not { } step)
            throw new UsageException(job.NoCheckpoint(choice.ToString().ToLowerInvariant()));
        var weights = await ReadWeightsAsync(job.Id, choice, cancellation).ConfigureAwait(false);
        return await ModelOfAsync(job, step, weights, cancellation).ConfigureAwait(false);
    }

    public async Task<TrainedModel> ModelOfAsync(JobRecord job, long step, float[] weights, CancellationToken cancellation)
    {
        var encoding = await FindEncodingAsync(job, cancellation).ConfigureAwait(false) ?? FitAgain(job);
        var model = JobModels.Of(job.Id, job.Specification, job.Epochs, job.DataName ?? LoadedData.DisplayName(job.Source.Source), encoding, weights, step);
        return job.Options.Calibrate ? JobModels.Calibrated(model, LoadedData.LoadAgain(job.Id, job.Specification, job.Source)) : model;
    }

    protected async Task<FeatureEncoding?> FindEncodingAsync(JobRecord job, CancellationToken cancellation) =>
        job.EncodingId is { } id && await store.FindBytesAsync(id, cancellation).ConfigureAwait(false) is { } bytes ? EncodingFile.Read(bytes) : null;

    /// <summary>The encoding of a job that an earlier release stored without it: fitted again to the same samples, by the rules of that time.</summary>
    private static FeatureEncoding FitAgain(JobRecord job) => LoadedData.LoadAgain(job.Id, job.Specification, job.Source).Encoding;
}
