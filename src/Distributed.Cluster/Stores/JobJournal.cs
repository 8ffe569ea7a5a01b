using Akka.Actor;
using Akka.Persistence;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Cluster.Stores;

/// <summary>
/// The journal of one job. Akka stops a persistent actor whose write fails, so the journal is a child that its coordinator restarts, and the
/// coordinator's memory survives.
/// </summary>
internal sealed class JobJournal : ReceivePersistentActor
{
    private readonly List<JournalEvent> _recovered = [];
    private readonly StoreOutage _outage;

    public JobJournal(JobId job, StoreOutage outage)
    {
        _outage = outage;
        PersistenceId = IdOf(job);
        Recover<JournalEvent>(_recovered.Add);
        Recover<RecoveryCompleted>(_ =>
        {
            _outage.Worked(ReadingOf(PersistenceId));
            Context.Parent.Tell(new JournalRecovered([.. _recovered], LastSequenceNr));
        });
        Command<JournalEvent>(journalEvent => Persist(journalEvent, written =>
        {
            _outage.Worked(PersistenceId);
            Context.Parent.Tell(new JournalWritten(written));
            if (written is JobSummarized) DeleteMessages(LastSequenceNr - 1);
        }));
        Command<WriteEpochs>(message =>
        {
            var left = message.Epochs.Count;
            PersistAll(message.Epochs, _ =>
            {
                if (--left > 0) return;
                _outage.Worked(PersistenceId);
                Context.Parent.Tell(new EpochsWritten(message.Epochs.Count));
            });
        });
        Command<DeleteMessagesSuccess>(_ => { });
        Command<DeleteMessagesFailure>(_ => { }); // the next summary deletes these rows too
    }

    public override string PersistenceId { get; }

    /// <summary>A journal without snapshots: none is looked for.</summary>
    public static readonly Recovery WithoutSnapshots = new(SnapshotSelectionCriteria.None);

    /// <inheritdoc/>
    public override Recovery Recovery => WithoutSnapshots;

    /// <summary>The persistence id of the job directory.</summary>
    public const string DirectoryId = "job-directory";

    public static string IdOf(JobId job) => $"job-{job}";

    /// <summary>The persistence id of a search.</summary>
    public static string IdOfSearch(JobId search) => $"search-{search}";

    /// <summary>A separate outage entry for reads: a journal re-read after a failed write may succeed while writes still fail.</summary>
    public static string ReadingOf(string id) => id + " (reading)";

    public static Props Props(JobId job, StoreOutage outage) => Akka.Actor.Props.Create(() => new JobJournal(job, outage));

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _outage.Failed(ReadingOf(PersistenceId), reason);
        base.OnRecoveryFailure(reason, message);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _outage.Failed(PersistenceId, cause);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }
}

/// <summary>From a journal to its parent: all its events, and the sequence number of its last row.</summary>
internal sealed record JournalRecovered(IReadOnlyList<JournalEvent> Events, long SequenceNumber);

/// <summary>To a journal: write these rows, all or none. Answered by <see cref="EpochsWritten"/>.</summary>
internal sealed record WriteEpochs(IReadOnlyList<EpochDecided> Epochs);

/// <summary>From a journal to its parent: so many epochs are durable.</summary>
internal sealed record EpochsWritten(int Count);

/// <summary>From a journal to its parent: the event is durable.</summary>
internal sealed record JournalWritten(JournalEvent Event);
