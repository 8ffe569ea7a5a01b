using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Searches;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Gateway;

/// <summary>Lets jobs start in their turn, through the cluster's queue.</summary>
internal sealed class QueuedJobs(GatewayAccess cluster) : IJobDispatch
{
    private const int EventBound = 4096;

    public async Task<JobId> NextNameAsync(string dataName, Func<JobId, bool> isTakenToo, CancellationToken cancellation) =>
        (await cluster.AskAsync<JobNameReply>(new FindJobName(dataName), cancellation).ConfigureAwait(false)).Job;

    public async Task TakeInAsync(EncodedDataSet data, CancellationToken cancellation)
    {
        try
        {
            await cluster.Samples.TakeInAsync(data, cluster.Stored.IsOverAsync, cancellation).ConfigureAwait(false);
        }
        catch (TrainingException e)
        {
            throw new UsageException($"this gateway cannot take the data in: {e.Message}", e);
        }
    }

    public async Task<QueueAnswered> StartAsync(JobSubmission submission, Checkpoint? initial, string? encodingId, CancellationToken cancellation)
    {
        var memory = new JobMemory(submission.Specification, submission.Options.Blocks);
        if (await cluster.WhyTooLargeAsync(memory, cancellation).ConfigureAwait(false) is { } tooLarge) throw new UsageException(tooLarge);
        var facts = submission.Facts ?? new SubmissionFacts(LoadedData.DisplayName(submission.Source.Source), null, null, null, submission.Data.Encoding.Target.Scale, null, null);
        var queued = new QueuedJob(submission.Specification, submission.Options, initial, facts with { EncodingId = encodingId });
        var answer = await cluster.AskAsync<QueueAnswered>(new QueueJob(submission.Id, submission.Source, queued) { MostOfOwner = cluster.MostOpenJobs }, cancellation).ConfigureAwait(false);
        if (answer.Verdict == QueueVerdict.Done) cluster.Samples.Hold(submission.Data.Sha256, submission.Id);
        return answer;
    }

    public async Task<QueueAnswered> SteerAsync(JobId job, JobSteering steering, RunOptions? options, CancellationToken cancellation)
    {
        var encodingId = steering == JobSteering.Delete ? (await cluster.FindAsync(job, cancellation).ConfigureAwait(false)).Facts?.EncodingId : null;
        var answer = await cluster.AskAsync<QueueAnswered>(new SteerJob(job, steering, options), cancellation).ConfigureAwait(false);
        if (steering == JobSteering.Delete && answer.Verdict == QueueVerdict.Done)
            await cluster.Stored.DeleteAsync(job, encodingId, CancellationToken.None).ConfigureAwait(false); // the directory has forgotten it: nothing asks again
        return answer;
    }

    public Task EndAsync(JobId job, StopReason reason, CancellationToken cancellation) => throw NoSearches();

    public Task StartSearchAsync(SearchSubmission search, ITrialRunner trials, RunningSearch running, CancellationToken cancellation) => throw NoSearches();

    public async IAsyncEnumerable<JobEvent> WatchAsync(JobId job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var events = Channel.CreateBounded<JobEvent>(new BoundedChannelOptions(EventBound) { FullMode = BoundedChannelFullMode.DropOldest });
        using var watching = cluster.Watch(job, jobEvent => events.Writer.TryWrite(jobEvent));
        await foreach (var jobEvent in events.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            yield return jobEvent;
            if (jobEvent is JobFinished) yield break;
        }
    }

    public async Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation) =>
        await cluster.StatusAsync(job, cancellation).ConfigureAwait(false) ?? throw new TrainingException($"the coordinator of {job} does not answer for now");

    public async Task<JobRecord?> FindAsync(JobId job, CancellationToken cancellation)
    {
        var (told, history) = await cluster.LookUpAsync(job, cancellation).ConfigureAwait(false);
        return told.Summary is null ? null : RecordOf(told, history);
    }

    /// <summary>A job as directory and journal tell it together; null when it was deleted between the two.</summary>
    public static JobRecord? RecordOf(QueuedJobReply told, JobHistory history) =>
        (history.Specification ?? told.Start?.Specification) is not { } specification || told is not { Summary: { } summary, Source: { } source, Facts: { } facts }
            ? null
            : (JobRecord.Of(told.Job, summary.SubmittedAt, source, facts.EncodingId, history)
                ?? new JobRecord(told.Job, summary.SubmittedAt, specification, history.Options, source, [], null, null, null) { EncodingId = facts.EncodingId })
            with
            { DataName = facts.DataName };

    private static NotSupportedException NoSearches() => new("a search runs in one process");
}
