using System.Diagnostics.Metrics;
using Distributed.Jobs.Gateway;
using Distributed.Jobs.Results;
using Distributed.Models;
using Distributed.Node.Configuration;
using Distributed.Node.Jobs;
using Distributed.Node.Problems;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Node.Models;

/// <summary>A model of one checkpoint.</summary>
internal sealed record CachedModel(TrainedModel Model, long Step);

/// <summary>
/// Models of committed checkpoints, read while training goes on. A checkpoint's model is built once for all requests and kept while the memory
/// for models (<see cref="HttpLimits.ModelBytes"/>) allows. The newest checkpoint is looked up at most once in a short while, so that a
/// thousand predictions a second do not read the journal a thousand times.
/// </summary>
internal sealed class ModelCache(GatewayAccess cluster, JobReader jobs, HttpLimits limits, TimeProvider clock)
{
    private const int MostNewest = 1_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private static readonly Counter<long> Built = new Meter("Distributed.Node").CreateCounter<long>("distributed.models.built", "{model}", "Models of checkpoints that were built.");

    private readonly Lock _gate = new();
    private readonly Dictionary<(JobId Job, bool Best), (DateTimeOffset At, Task<Newest> Found)> _newest = [];
    private readonly SharedBuilds<ModelKey, CachedModel> _models = new(limits.ModelBytes, limits.WaitingComputations + limits.Computations);

    /// <summary>The model of a job's best or last committed checkpoint; stays in memory until the lease is disposed.</summary>
    /// <exception cref="ApiException">There is no such job, or no checkpoint yet; or there was no room for the model in time.</exception>
    public async Task<Lease<CachedModel>> RentAsync(JobId job, bool best, CancellationToken cancellation)
    {
        using var bound = new CancellationTokenSource(LongestWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, bound.Token);
        try
        {
            for (var attempt = 0; attempt < 3; attempt++)
            {
                var newest = await FindNewestAsync(job, best, isAgain: attempt > 0).WaitAsync(either.Token).ConfigureAwait(false);
                try
                {
                    return await _models.RentAsync(newest.Key, newest.Bytes, stop => BuildAsync(newest, stop), either.Token).ConfigureAwait(false);
                }
                catch (CheckpointReplacedException)
                {
                    // A newer checkpoint took its place: the journal knows which.
                }
            }
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw ApiException.Unavailable("the models in use leave no room for this one");
        }
        throw ApiException.Unavailable($"the checkpoint of {job} cannot be read");
    }

    /// <summary>The newest checkpoint, at most a moment old; concurrent callers share one read of the journal.</summary>
    private Task<Newest> FindNewestAsync(JobId job, bool best, bool isAgain)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_newest.TryGetValue((job, best), out var known) && (!known.Found.IsCompleted || (known.Found.IsCompletedSuccessfully && now - known.At <= Fresh && !isAgain)))
                return known.Found;
            if (_newest.Count >= MostNewest)
                foreach (var past in _newest.Where(asked => asked.Value.Found.IsCompleted).Select(asked => asked.Key).ToList()) _newest.Remove(past);
            var found = ReadNewestAsync(job, best);
            _newest[(job, best)] = (now, found);
            return found;
        }
    }

    /// <summary>Shared by all who ask, so no one of them cancels it; cluster and store answer within bounds of their own.</summary>
    private async Task<Newest> ReadNewestAsync(JobId job, bool best)
    {
        var known = await jobs.FindAsync(job, CancellationToken.None).ConfigureAwait(false);
        var record = known.Record;
        var checkpoint = (best ? known.Best : known.History.Latest)
            ?? throw ApiException.Conflict($"the job {job} has no {(best ? "best" : "committed")} checkpoint{(known.Summary.EndedAt is null ? " yet" : "")}{(known.Summary.Reason is { } reason ? $" ({reason})" : "")}");
        var epoch = JobModels.EpochOf(record.Specification, record.Epochs, checkpoint.Step);
        return new Newest(new ModelKey(job, record.SubmittedAt, checkpoint.Step, checkpoint.Lineage, epoch?.Epoch, record.Options.Calibrate), checkpoint, record);
    }

    private async Task<(CachedModel Value, long Bytes)> BuildAsync(Newest newest, CancellationToken cancellation)
    {
        var weights = await cluster.Stored.WeightsAsync(newest.Checkpoint, cancellation).ConfigureAwait(false) ?? throw new CheckpointReplacedException();
        var model = await cluster.Jobs.ModelOfAsync(newest.Job, newest.Checkpoint.Step, weights, cancellation).ConfigureAwait(false);
        Built.Add(1);
        return (new CachedModel(model, newest.Checkpoint.Step), model.WeightBytes + EncodingFile.Write(model.Encoding).Length);
    }

    /// <summary>
    /// Names one model. A job that was deleted and another one of its name are told apart, two runs to the same step, and an epoch's end before and
    /// after the epoch is decided: the model tells the metrics then. A resume may change whether it is calibrated.
    /// </summary>
    private sealed record ModelKey(JobId Job, DateTimeOffset SubmittedAt, long Step, long Lineage, int? Epoch, bool IsCalibrated);

    private sealed record Newest(ModelKey Key, Checkpoint Checkpoint, JobRecord Job)
    {
        /// <summary>The model's estimated size, before it is built.</summary>
        public long Bytes => sizeof(float) * (long)Checkpoint.ParameterCount;
    }

    private sealed class CheckpointReplacedException : Exception;
}
