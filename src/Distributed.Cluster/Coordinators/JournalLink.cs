using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Stores;
using Distributed.Cluster.Wire;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Cluster.Coordinators;

/// <summary>Starts a coordinator's journal again after it stopped.</summary>
internal sealed class RestartJournal
{
    public static readonly RestartJournal Instance = new();
}

/// <summary>
/// A coordinator's hold on its journal child: one write at a time, tried again with back-off until it is durable. After a restart of the
/// child the journal itself tells whether the last write got through, or whether somebody else wrote.
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
    private TimeSpan _sayAt = TimeSpan.MaxValue; // when people are told that a write is not durable yet

    public bool Is(IActorRef reference) => reference.Equals(_child);

    public void Start() => _child = context.Watch(context.ActorOf(JobJournal.Props(job, outage)));

    /// <summary>The journal was recovered for the first time, up to that row.</summary>
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

    /// <summary>The coordinator ends: its writes that are not durable yet no longer count as an outage here.</summary>
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

    /// <summary>Whether people are to be told that the store keeps the job waiting: every few seconds while it does.</summary>
    public bool MustSay(TimeSpan now)
    {
        if (now < _sayAt) return false;
        _sayAt = now + SayAfter;
        return true;
    }

    /// <summary>The child is back: writes again what is pending, unless it is there. False when somebody else wrote in the meantime.</summary>
    public bool Resume(JournalRecovered recovered)
    {
        if (recovered.SequenceNumber == _written)
        {
            if (_pending is not null) _child.Tell(_pending);
            return true;
        }
        if (recovered.SequenceNumber != _written + 1 || _pending is null || recovered.Events is not [.., var last] || !ProtocolSerializer.AreSame(last, _pending))
            return false;
        context.Self.Tell(new JournalWritten(_pending)); // the write got through though its acknowledgement did not
        return true;
    }
}
