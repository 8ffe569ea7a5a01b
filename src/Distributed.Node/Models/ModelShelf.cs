using Distributed.Cluster;
using Distributed.Cluster.Submission;
using Distributed.Learning.Models;
using Distributed.Node.Http;
using Distributed.Node.Jobs;
using Distributed.Protocol;

namespace Distributed.Node.Models;

/// <summary>A model of one checkpoint.</summary>
internal sealed record ShelvedModel(TrainedModel Model, long Step);

/// <summary>
/// Models of committed checkpoints, read while training goes on. The last few are kept; which checkpoint is the newest is asked again after a
/// moment, so that a thousand predictions a second do not read the journal a thousand times.
/// </summary>
internal sealed class ModelShelf(GatewayAccess cluster, JobReader jobs, TimeProvider clock)
{
    private const int Most = 4;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<(JobId Job, long Step, Task<ShelvedModel> Model)> _models = [];
    private readonly Dictionary<(JobId Job, bool Best), (DateTimeOffset At, long Step)> _newest = [];

    /// <summary>The model of a job's best or last committed checkpoint.</summary>
    /// <exception cref="ApiException">There is no such job, or no checkpoint yet.</exception>
    public async Task<ShelvedModel> GetAsync(JobId job, bool best, CancellationToken cancellation)
    {
        if (FindFresh(job, best) is { } shelved)
        {
            try
            {
                return await shelved.WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whoever began to read it was told; this one tries itself.
            }
        }
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var known = await jobs.FindAsync(job, cancellation).ConfigureAwait(false);
            var checkpoint = (best ? known.Best : known.History.Latest)
                ?? throw ApiException.Conflict(
                    $"the job {job} has no {(best ? "best" : "committed")} checkpoint{(known.Summary.EndedAt is null ? " yet" : "")}{(known.Summary.Reason is { } reason ? $" ({reason})" : "")}");
            if (await cluster.Stored.WeightsAsync(checkpoint, cancellation).ConfigureAwait(false) is not { } weights) continue; // replaced by a newer one
            var model = new ShelvedModel(await BuildAsync(known, checkpoint, weights, cancellation).ConfigureAwait(false), checkpoint.Step);
            Shelve(job, best, model);
            return model;
        }
        throw ApiException.Unavailable($"the checkpoint of {job} cannot be read");
    }

    private async Task<TrainedModel> BuildAsync(KnownJob known, Checkpoint checkpoint, float[] weights, CancellationToken cancellation)
    {
        var encoding = known.Facts.EncodingId is { } id && await cluster.Stored.FindBytesAsync(id, cancellation).ConfigureAwait(false) is { } bytes
            ? EncodingFile.Read(bytes)
            : throw ApiException.Unavailable("the job's encoding is not in the store");
        var plan = new EpochPlan(known.Specification);
        var epoch = known.History.Decisions.FirstOrDefault(decision => plan.BoundaryAfter(decision.Epoch) == checkpoint.Step);
        return new TrainedModel(known.Specification.Network, encoding, weights, ModelOrigins.Of(
            known.Told.Job, epoch, checkpoint.Step, known.Facts.DataName, known.Specification.Data.Sha256));
    }

    private Task<ShelvedModel>? FindFresh(JobId job, bool best)
    {
        lock (_gate)
        {
            if (!_newest.TryGetValue((job, best), out var newest) || clock.GetUtcNow() - newest.At > Fresh) return null;
            var at = _models.FindIndex(model => model.Job == job && model.Step == newest.Step);
            return at < 0 ? null : _models[at].Model;
        }
    }

    private void Shelve(JobId job, bool best, ShelvedModel model)
    {
        lock (_gate)
        {
            if (_newest.Count > 1_000) _newest.Clear(); // times of long ago
            _newest[(job, best)] = (clock.GetUtcNow(), model.Step);
            _models.RemoveAll(shelved => shelved.Job == job && shelved.Step == model.Step);
            _models.Add((job, model.Step, Task.FromResult(model)));
            if (_models.Count > Most) _models.RemoveAt(0);
        }
    }
}
