using Akka.Actor;
using Akka.Persistence;
using Distributed.Cluster.Persistence;
using Distributed.Learning.Data;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>From a client: note a new job. Answered by <see cref="JobNoted"/>.</summary>
internal sealed record NoteJob(JobId Job, DateTimeOffset SubmittedAt, DataSettings Source);

/// <summary>From the directory: the job is noted, or was already.</summary>
internal sealed record JobNoted(JobId Job);

/// <summary>From a client: which jobs are there? Answered by <see cref="NotedJobs"/>.</summary>
internal sealed record GetJobs;

/// <summary>From the directory: all jobs in the order of their submission.</summary>
internal sealed record NotedJobs(IReadOnlyList<JobRegistered> Jobs);

/// <summary>From a client: a job's journal, read afresh. Answered by <see cref="HistoryRead"/>.</summary>
internal sealed record ReadHistory(JobId Job);

/// <summary>The directory of a store's jobs: which there are, since when, from what data. Everything else stands in each job's own journal.</summary>
internal sealed class JobDirectoryActor : ReceivePersistentActor
{
    private readonly Dictionary<JobId, JobRegistered> _jobs = [];
    private readonly List<JobRegistered> _order = [];
    private long _readers;

    public JobDirectoryActor()
    {
        Recover<JobRegistered>(Take);
        Command<NoteJob>(OnNote);
        Command<GetJobs>(_ => Sender.Tell(new NotedJobs([.. _order])));
        Command<ReadHistory>(message => Context.ActorOf(JobHistoryReader.Props(message.Job, Sender), $"reader-{++_readers}"));
    }

    /// <summary>Its name under /user.</summary>
    public const string Name = "jobs";

    public override string PersistenceId => "job-directory";

    private void OnNote(NoteJob message)
    {
        var replyTo = Sender;
        if (_jobs.ContainsKey(message.Job))
        {
            replyTo.Tell(new JobNoted(message.Job));
            return;
        }
        Persist(new JobRegistered(message.Job, message.SubmittedAt, message.Source), registered =>
        {
            Take(registered);
            replyTo.Tell(new JobNoted(registered.Job));
        });
    }

    private void Take(JobRegistered registered)
    {
        if (_jobs.TryAdd(registered.Job, registered)) _order.Add(registered);
    }
}
