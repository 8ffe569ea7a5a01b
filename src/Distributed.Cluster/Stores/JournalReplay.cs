using Akka.Actor;
using Akka.Persistence;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Cluster.Stores;

/// <summary>One event of a job's journal, its sequence number there, and when it was written (UTC).</summary>
internal sealed record JournalRow(long Number, JournalEvent Event, DateTimeOffset At);

/// <summary>
/// Reads a job's journal once, from an event on and with the events' times, which a recovery does not offer, through the journal plugin's own protocol.
/// </summary>
internal sealed class JournalReplay : ReceiveActor
{
    private const string PluginId = "akka.persistence.journal.sql";

    private readonly List<JournalRow> _rows = [];

    public JournalReplay(JobId job, long after, TaskCompletionSource<IReadOnlyList<JournalRow>> read)
    {
        var journal = Akka.Persistence.Persistence.Instance.Apply(Context.System).JournalFor(PluginId);
        Receive<ReplayedMessage>(message =>
        {
            if (message.Persistent.Payload is JournalEvent journalEvent) _rows.Add(new JournalRow(message.Persistent.SequenceNr, journalEvent, TimeOf(message.Persistent.Timestamp)));
        });
        Receive<RecoverySuccess>(_ =>
        {
            read.TrySetResult(_rows);
            Context.Stop(Self);
        });
        Receive<ReplayMessagesFailure>(failure =>
        {
            read.TrySetException(new TrainingException($"the store cannot be read: {failure.Cause.Message}", failure.Cause));
            Context.Stop(Self);
        });
        journal.Tell(new ReplayMessages(after + 1, long.MaxValue, long.MaxValue, JobJournal.IdOf(job), Self));
    }

    public static Props Props(JobId job, long after, TaskCompletionSource<IReadOnlyList<JournalRow>> read) =>
        Akka.Actor.Props.Create(() => new JournalReplay(job, after, read));

    /// <summary>The store's column contains .NET ticks.</summary>
    private static DateTimeOffset TimeOf(long timestamp) =>
        timestamp > 0 && timestamp <= DateTime.MaxValue.Ticks ? new DateTimeOffset(timestamp, TimeSpan.Zero) : DateTimeOffset.UnixEpoch;
}
