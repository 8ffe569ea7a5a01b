using Akka.Actor;
using Akka.Persistence;
using Distributed.Protocol;

namespace Distributed.Cluster.Persistence;

/// <summary>
/// The journal of one job. Akka stops a persistent actor whose write fails; so it is a child that its coordinator starts again, and the
/// coordinator's memory does not die with it.
/// </summary>
internal sealed class JobJournal : ReceivePersistentActor
{
    private readonly List<JournalEvent> _recovered = [];

    public JobJournal(JobId job)
    {
        PersistenceId = IdOf(job);
        Recover<JournalEvent>(_recovered.Add);
        Recover<RecoveryCompleted>(_ => Context.Parent.Tell(new JournalRecovered([.. _recovered])));
        Command<JournalEvent>(journalEvent => Persist(journalEvent, written => Context.Parent.Tell(new JournalWritten(written))));
    }

    public override string PersistenceId { get; }

    public static string IdOf(JobId job) => $"job-{job}";

    public static Props Props(JobId job) => Akka.Actor.Props.Create(() => new JobJournal(job));
}

/// <summary>From a journal to its parent: everything that is in it.</summary>
internal sealed record JournalRecovered(IReadOnlyList<JournalEvent> Events);

/// <summary>From a journal to its parent: the event is durable.</summary>
internal sealed record JournalWritten(JournalEvent Event);

/// <summary>Reads a job's journal once, for people: answers its parent's request with the history and stops.</summary>
internal sealed class JobHistoryReader : ReceivePersistentActor
{
    private readonly JobHistory _history = new();

    public JobHistoryReader(JobId job, IActorRef replyTo)
    {
        PersistenceId = JobJournal.IdOf(job);
        Recover<JournalEvent>(_history.Apply);
        Recover<RecoveryCompleted>(_ =>
        {
            replyTo.Tell(new HistoryRead(job, _history));
            Context.Stop(Self);
        });
    }

    public override string PersistenceId { get; }

    public static Props Props(JobId job, IActorRef replyTo) => Akka.Actor.Props.Create(() => new JobHistoryReader(job, replyTo));
}

/// <summary>A job as its journal tells it.</summary>
internal sealed record HistoryRead(JobId Job, JobHistory History);
