using Distributed.Cluster.Messages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Queue;

namespace Distributed.Cluster.Queue;

/// <summary>Answers queries about jobs from the queue and the run reports; changes neither.</summary>
/// <param name="queue">The queue.</param>
/// <param name="jobs">The registered jobs.</param>
/// <param name="running">The run reports.</param>
/// <param name="workers">The number of workers seen recently.</param>
internal sealed class JobListing(JobQueue queue, IReadOnlyDictionary<JobId, JobRegistered> jobs, RunningPictures running, Func<int> workers)
{
    private const int MostUsersNamed = 100;

    /// <summary>A page of jobs, newest first.</summary>
    public JobPageReply Page(GetJobPage message)
    {
        var limit = Math.Clamp(message.Limit, 1, GetJobPage.MaximumLimit);
        var from = message.Before is { } before ? queue.Find(before)?.Order ?? 0 : long.MaxValue;
        var page = queue.NewestFirst.Where(entry => entry.Order < from).Take(limit + 1).ToList();
        return new JobPageReply([.. page.Take(limit).Select(SummaryOf)], page.Count > limit ? page[limit - 1].Job : null);
    }

    /// <summary>The requested jobs that exist.</summary>
    public JobSummariesReply Summaries(GetJobSummaries message) =>
        new([.. message.Jobs.Take(GetJobPage.MaximumLimit).Select(queue.Find).OfType<QueueEntry>().Select(SummaryOf)]);

    /// <summary>Everything the directory knows about a job.</summary>
    public QueuedJobReply Queued(GetQueuedJob message)
    {
        var entry = queue.Find(message.Job);
        return new QueuedJobReply(
            message.Job, entry is null ? null : SummaryOf(entry), entry is null ? null : jobs.GetValueOrDefault(message.Job)?.Source,
            entry?.Start, entry?.Facts, entry?.Options, entry?.RestsAt);
    }

    /// <summary>The jobs that use an uploaded data set.</summary>
    public DatasetUsersReply Users(GetDatasetUsers message) => new(
        message.Dataset,
        [.. queue.NewestFirst.Where(entry => entry.Facts.Dataset == message.Dataset || entry.Facts.ValidationDataset == message.Dataset)
            .Take(MostUsersNamed).Select(entry => entry.Job)]);

    /// <summary>A job's status.</summary>
    public JobSummary SummaryOf(QueueEntry entry)
    {
        var picture = running.Heard(entry);
        return new JobSummary
        {
            Id = entry.Job.Value,
            State = entry.State,
            Reason = ReasonOf(entry, picture),
            Data = entry.Facts.DataName,
            Owner = entry.Facts.Owner,
            SubmittedAt = entry.SubmittedAt,
            StartedAt = entry.StartedAt,
            EndedAt = entry.EndedAt,
            QueuePosition = queue.PositionOf(entry),
            Epochs = picture?.Epochs ?? entry.Epochs,
            MaximumEpochs = entry.MaximumEpochs,
            Step = entry.End?.Step ?? picture?.Step ?? entry.RestsAt ?? 0,
            TotalSteps = entry.TotalSteps,
            Metrics = picture?.Metrics ?? entry.Metrics,
            WeightsSha256 = entry.End?.WeightsSha256,
        };
    }

    /// <summary>Why a job is not running; for one being cancelled, also what it waits for.</summary>
    private string? ReasonOf(QueueEntry entry, RunningJobView? picture)
    {
        var reason = queue.ReasonOf(entry, workers());
        if (reason is null || !entry.IsCancelWanted || entry.End is not null) return reason ?? picture?.Waiting;
        return picture?.Waiting is { } waiting ? $"{reason}; {waiting}" : reason;
    }
}
