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
    private IReadOnlyList<JournalEvent> _pending = [];
    private bool _isRun; // of epochs; else one decision
    private long _written;
    private TimeSpan _wait = FirstWait;
    private TimeSpan _sayAt = TimeSpan.MaxValue; // when to report that a write is not durable yet

    public bool Is(IActorRef reference) => reference.Equals(_child);

    public void Start() => _child = context.Watch(context.ActorOf(JobJournal.Props(job, outage)));

    /// <summary>The journal was recovered for the first time, up to this row.</summary>
    public void Begin(long sequenceNumber) => _written = sequenceNumber;

    public void Write(JournalEvent journalEvent, TimeSpan now) => Write([journalEvent], isRun: false, now);

    public void Write(IReadOnlyList<EpochDecided> epochs, TimeSpan now) => Write(epochs, isRun: true, now);

    private void Write(IReadOnlyList<JournalEvent> rows, bool isRun, TimeSpan now)
    {
        (_pending, _isRun) = (rows, isRun);
        _sayAt = now + SayAfter;
        TellPending();
    }

    public void OnWritten()
    {
        _written += _pending.Count;
        _pending = [];
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
            TellPending();
            return true;
        }
        if (_pending.Count == 0 || recovered.SequenceNumber != _written + _pending.Count) return false;
        var last = recovered.Events.Skip(recovered.Events.Count - _pending.Count).ToList();
        if (last.Count != _pending.Count || !last.Zip(_pending, ProtocolSerializer.AreSame).All(isSame => isSame)) return false;
        context.Self.Tell(Answer()); // the write succeeded but its acknowledgement was lost
        return true;
    }

    private void TellPending()
    {
        if (_pending.Count > 0) _child.Tell(_isRun ? new WriteEpochs((IReadOnlyList<EpochDecided>)_pending) : _pending[0]);
    }

    private object Answer() => _isRun ? new EpochsWritten(_pending.Count) : new JournalWritten(_pending[0]);
}
