using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Stores;
using Distributed.Cluster.Wire;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Cluster.Coordinators;

/// <summary>Restarts a coordinator's journal after it stopped.</summary>
internal sealed class RestartJournal
{
    public static readonly RestartJournal Instance = new();
}

/// <summary>
/// A coordinator's link to its journal child: one write at a time, retried with back-off until durable. After the child restarts, the recovered
/// journal shows whether the last write succeeded or another writer intervened.
/// </summary>
internal sealed class JournalLink(JobId job, IActorContext context, ILoggingAdapter log, StoreOutage outage)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SayAfter = TimeSpan.FromSeconds(2);

    private IActorRef _child = ActorRefs.Nobody;
    private JournalEvent? _pending;
    private long _written;
    private TimeSpan _wait = FirstWait;
    private TimeSpan _sayAt = TimeSpan.MaxValue; // when to report that a write is not durable yet

    public bool Is(IActorRef reference) => reference.Equals(_child);

    public void Start() => _child = context.Watch(context.ActorOf(JobJournal.Props(job, outage)));

    /// <summary>The journal was recovered for the first time, up to this row.</summary>
    public void Begin(long sequenceNumber) => _written = sequenceNumber;

    public void Write(JournalEvent journalEvent, TimeSpan now)
    {
        _pending = journalEvent;
        _sayAt = now + SayAfter;
        _child.Tell(journalEvent);
    }

    public void OnWritten()
    {
        _written++;
        _pending = null;
        _wait = FirstWait;
        _sayAt = TimeSpan.MaxValue;
    }

    /// <summary>The coordinator ends: its pending writes no longer count as an outage on this node.</summary>
    public void End()
    {
        outage.Forget(JobJournal.IdOf(job));
        outage.Forget(JobJournal.ReadingOf(JobJournal.IdOf(job)));
    }

    public void RestartLater(ITimerScheduler timers)
    {
        log.Warning("job {0}: the journal does not take writes; trying again in {1:0.0} s", job, _wait.TotalSeconds);
        timers.StartSingleTimer("restart-journal", RestartJournal.Instance, _wait);
        _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
    }

    /// <summary>Whether to report that the store is blocking the job: every few seconds while it does.</summary>
    public bool MustSay(TimeSpan now)
    {
        if (now < _sayAt) return false;
        _sayAt = now + SayAfter;
        return true;
    }

    /// <summary>The child is back: repeats the pending write unless it is stored. Returns false when another writer intervened.</summary>
    public bool Resume(JournalRecovered recovered)
    {
        if (recovered.SequenceNumber == _written)
        {
            if (_pending is not null) _child.Tell(_pending);
            return true;
        }
        if (recovered.SequenceNumber != _written + 1 || _pending is null || recovered.Events is not [.., var last] || !ProtocolSerializer.AreSame(last, _pending))
            return false;
        context.Self.Tell(new JournalWritten(_pending)); // the write succeeded but its acknowledgement was lost
        return true;
    }
}
