using Distributed.Cluster;
using Distributed.Jobs.Gateway;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Queue;

namespace Distributed.Node.Jobs;

/// <summary>
/// The fingerprints of weights that jobs of an earlier release ended on: their journals hold none, so they are computed from the store, one after
/// another, and remembered. A list waits for them a moment; those that are left come with the next list.
/// </summary>
internal sealed class EarlierFingerprints(GatewayAccess cluster, TimeProvider clock)
{
    private const int Most = 10_000;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Job, DateTimeOffset? EndedAt), Task<string?>> _known = [];
    private Task _last = Task.CompletedTask;

    /// <summary>Jobs with their fingerprints, as far as they are known within a moment.</summary>
    public async Task<IReadOnlyList<JobSummary>> FillAsync(IReadOnlyList<JobSummary> jobs, CancellationToken cancellation)
    {
        if (!jobs.Any(IsMissing)) return jobs;
        var begin = clock.GetTimestamp();
        var filled = new List<JobSummary>(jobs.Count);
        foreach (var job in jobs)
        {
            var left = Moment - clock.GetElapsedTime(begin);
            var isKnown = false;
            lock (_gate) isKnown = _known.TryGetValue(KeyOf(job), out var found) && found.IsCompleted;
            filled.Add(IsMissing(job) && (isKnown || left > TimeSpan.Zero) ? await FillAsync(job, isKnown ? Moment : left, cancellation).ConfigureAwait(false) : job);
        }
        return filled;
    }

    /// <summary>The fingerprint of a job; null when it has none, or the store does not answer.</summary>
    public Task<string?> FindAsync(JobSummary job, CancellationToken cancellation)
    {
        if (!IsMissing(job)) return Task.FromResult(job.WeightsSha256);
        Task<string?>? found;
        lock (_gate)
        {
            if (!_known.TryGetValue(KeyOf(job), out found))
            {
                if (_known.Count >= Most) _known.Clear();
                found = ComputeAsync(_last, job);
                _last = _known[KeyOf(job)] = found;
            }
        }
        return found.WaitAsync(cancellation);
    }

    private async Task<JobSummary> FillAsync(JobSummary job, TimeSpan bound, CancellationToken cancellation)
    {
        try
        {
            return job with { WeightsSha256 = await FindAsync(job, cancellation).WaitAsync(bound, clock, cancellation).ConfigureAwait(false) };
        }
        catch (TimeoutException)
        {
            return job;
        }
    }

    private async Task<string?> ComputeAsync(Task before, JobSummary job)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            var history = await cluster.Stored.HistoryAsync(new JobId(job.Id), CancellationToken.None).ConfigureAwait(false);
            return await cluster.Stored.WeightsSha256Async(history, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TrainingException)
        {
            lock (_gate) _known.Remove(KeyOf(job)); // asked again with the next list
            return null;
        }
    }

    private static (string Job, DateTimeOffset? EndedAt) KeyOf(JobSummary job) => (job.Id, job.EndedAt);

    private static bool IsMissing(JobSummary job) =>
        job is { WeightsSha256: null, EndedAt: not null, StartedAt: not null, State: JobPhase.Completed or JobPhase.Cancelled };
}
