using Akka.Actor;
using Akka.Persistence;
using Distributed.Learning.Data;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>From a client: note a new job. Answered by <see cref="JobNoted"/>.</summary>
internal sealed record NoteJob(JobId Job, DateTimeOffset SubmittedAt, DataSettings Source) : IClusterMessage;

/// <summary>From the directory: the job is noted, or was already.</summary>
internal sealed record JobNoted(JobId Job) : IClusterMessage;

/// <summary>From a worker: where do this job's samples come from? Answered by <see cref="JobLookedUp"/>.</summary>
internal sealed record GetJob(JobId Job) : IClusterMessage;

/// <summary>From the directory: one job; null when it is not noted.</summary>
internal sealed record JobLookedUp(JobId Job, JobRegistered? Found) : IClusterMessage;

/// <summary>The directory of a store's jobs: which there are, since when, from what data. Everything else stands in each job's own journal.</summary>
internal sealed class JobDirectoryActor : ReceivePersistentActor
{
    private readonly Dictionary<JobId, JobRegistered> _jobs = [];

    public JobDirectoryActor()
    {
        Recover<JobRegistered>(Take);
        Command<NoteJob>(OnNote);
        Command<GetJob>(message => Sender.Tell(new JobLookedUp(message.Job, _jobs.GetValueOrDefault(message.Job))));
    }

    /// <summary>Its name under /user.</summary>
    public const string Name = "jobs";

    /// <summary>Its journal's name.</summary>
    public const string JournalId = "job-directory";

    public override string PersistenceId => JournalId;

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

    private void Take(JobRegistered registered) => _jobs.TryAdd(registered.Job, registered);
}
