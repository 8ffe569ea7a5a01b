using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Persistence;
using Distributed.Cluster.Serialization;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>Starts a coordinator's journal again after it stopped.</summary>
internal sealed class RestartJournal
{
    public static readonly RestartJournal Instance = new();
}

/// <summary>
/// A coordinator's hold on its journal child: one write at a time, tried again with back-off until it is durable. After a restart of the
/// child the journal itself tells whether the last write got through, or whether somebody else wrote.
/// </summary>
internal sealed class JournalLink(JobId job, IActorContext context, ILoggingAdapter log)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private IActorRef _child = ActorRefs.Nobody;
    private JournalEvent? _pending;
    private long _written;
    private TimeSpan _wait = FirstWait;

    public bool Is(IActorRef reference) => reference.Equals(_child);

    public void Start() => _child = context.Watch(context.ActorOf(JobJournal.Props(job)));

    /// <summary>The journal was recovered for the first time, with so many events.</summary>
    public void Begin(int events) => _written = events;

    public void Write(JournalEvent journalEvent)
    {
        _pending = journalEvent;
        _child.Tell(journalEvent);
    }

    public void OnWritten()
    {
        _written++;
        _pending = null;
        _wait = FirstWait;
    }

    public void RestartLater(ITimerScheduler timers)
    {
        log.Warning("job {0}: the journal does not take writes; trying again in {1:0.0} s", job, _wait.TotalSeconds);
        timers.StartSingleTimer("restart-journal", RestartJournal.Instance, _wait);
        _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
    }

    /// <summary>The child is back: writes again what is pending, unless it is there. False when somebody else wrote in the meantime.</summary>
    public bool Resume(IReadOnlyList<JournalEvent> events)
    {
        if (events.Count == _written)
        {
            if (_pending is not null) _child.Tell(_pending);
            return true;
        }
        if (events.Count != _written + 1 || _pending is null || !ProtocolSerializer.AreSame(events[^1], _pending)) return false;
        context.Self.Tell(new JournalWritten(_pending)); // the write got through though its acknowledgement did not
        return true;
    }
}
