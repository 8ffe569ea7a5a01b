using System.Collections.Concurrent;
using Distributed.Cluster.Searches;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Search;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Service;

/// <summary>
/// The trials of a search as jobs, each with its full epochs, held at the end of a rung and started again for the next. What a trial reached is read from
/// its job's journal, so it is the same whichever process asks.
/// </summary>
/// <param name="jobs">Where they run.</param>
/// <param name="end">Ends a job that a rung decided against.</param>
/// <param name="search">The search.</param>
/// <param name="news">Is told of their epochs.</param>
internal sealed class TrialJobs(IJobService jobs, Func<JobId, StopReason, Task> end, SearchSubmission search, RunningSearch news) : ITrialRunner
{
    /// <summary>A job that the cluster could not run, as for lack of memory, has ended; the trial is tried again under another name.</summary>
    private const int MaximumAttempts = 20;

    private readonly ConcurrentDictionary<int, Task<TrialAnswer>> _running = [];
    private readonly ConcurrentDictionary<int, JobId> _names = [];

    public Task<TrialAnswer> RunAsync(TrialOrder order)
    {
        if (_running.TryGetValue(order.Trial, out var running) && !running.IsCompleted) return running; // it will answer
        return _running[order.Trial] = Task.Run(() => RunOnceAsync(order));
    }

    public void Rest(int trial)
    {
        if (_names.TryGetValue(trial, out var job)) _ = jobs.PauseAsync(job, CancellationToken.None);
    }

    public async Task CloseAsync(int trial, bool isDropped)
    {
        var (job, record) = await FindAsync(trial).ConfigureAwait(false);
        if (record is { End: null }) await end(job, isDropped ? StopReason.Rung : StopReason.Cancelled).ConfigureAwait(false);
    }

    private async Task<TrialAnswer> RunOnceAsync(TrialOrder order)
    {
        JobSpecification specification;
        try
        {
            specification = search.JobOf(order.Values);
        }
        catch (UsageException e)
        {
            return new TrialReported(new TrialEnded(order.Trial, order.Rung, new TrialResult(TrialState.Invalid, 0) { Message = e.Message }));
        }
        var (job, record) = await FindAsync(order.Trial).ConfigureAwait(false);
        _names[order.Trial] = job;
        if (record is not { End: not null } && !HasReached(record, order))
        {
            var options = search.Options with { HoldAfter = order.HoldAfter };
            var submission = new JobSubmission(job, specification, options, search.Source, search.Data) { IsKnown = record is not null, Search = search.Id };
            await jobs.StartAsync(submission, CancellationToken.None).ConfigureAwait(false);
            await FollowAsync(order.Trial, job).ConfigureAwait(false);
            record = await jobs.FindJobAsync(job, CancellationToken.None).ConfigureAwait(false);
        }
        if (record is null) return new TrialRested(order.Trial);
        if (record.End is { Outcome: JobOutcome.Failed, IsDivergence: not true } failed) return new TrialBlocked(order.Trial, failed.Message ?? $"the job {job} failed");
        if (record.End is null && !HasReached(record, order)) return new TrialRested(order.Trial);
        return new TrialReported(new TrialEnded(order.Trial, order.Rung, await ResultAsync(record, order).ConfigureAwait(false)));
    }

    /// <summary>Whether it is past the rung's end. A job that a stop rule ends there is waited for.</summary>
    private static bool HasReached(JobRecord? record, TrialOrder order) =>
        record is not null && order.HoldAfter is { } epochs && record.Epochs.Count >= epochs && record.Epochs[epochs - 1].Stop is null;

    /// <summary>The job of a trial: its first, or the one after those that the cluster could not run.</summary>
    private async Task<(JobId Job, JobRecord? Record)> FindAsync(int trial)
    {
        for (var attempt = 1; ; attempt++)
        {
            var job = TrialNames.Of(search.Id, trial, attempt);
            var record = await jobs.FindJobAsync(job, CancellationToken.None).ConfigureAwait(false);
            if (record?.End is not { Outcome: JobOutcome.Failed, IsDivergence: not true } || attempt == MaximumAttempts) return (job, record);
        }
    }

    private async Task FollowAsync(int trial, JobId job)
    {
        await foreach (var message in jobs.WatchAsync(job, CancellationToken.None).ConfigureAwait(false))
        {
            if (message is EpochEnded ended) news.Progressed(trial, ended);
            if (message is JobFinished or JobPaused) return;
        }
    }

    /// <summary>What the journal tells of the epochs up to the rung's end.</summary>
    private async Task<TrialResult> ResultAsync(JobRecord record, TrialOrder order)
    {
        if (record.End is { Outcome: JobOutcome.Failed } failed) return new TrialResult(TrialState.Diverged, record.Epochs.Count) { Message = failed.Message };
        var epochs = record.Epochs.Take(order.HoldAfter ?? int.MaxValue).ToArray();
        var best = EpochDecisions.Best(epochs);
        var isOver = epochs is [.., { Stop: not null }];
        return new TrialResult(isOver ? TrialState.Completed : TrialState.Held, epochs.Length)
        {
            Value = best is null ? null : ValueOf(search.Specification.Goal, best.Metrics),
            BestEpoch = best?.Epoch,
            WeightsSha256 = isOver ? await WeightsOfAsync(record).ConfigureAwait(false) : null,
        };
    }

    private async Task<string> WeightsOfAsync(JobRecord record) => record.End?.WeightsSha256
        ?? ParameterHash.Compute(await jobs.ReadWeightsAsync(record.Id, CheckpointChoice.Last, CancellationToken.None).ConfigureAwait(false));

    private static double? ValueOf(SearchGoal goal, EpochMetrics metrics) => goal switch
    {
        SearchGoal.Accuracy => metrics.ValidationAccuracy,
        SearchGoal.Mae => metrics.ValidationMae,
        SearchGoal.R2 => metrics.ValidationR2,
        _ => metrics.DecidingLoss,
    };
}
