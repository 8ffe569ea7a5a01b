using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Distributed.Cluster.Tests.Actors;

/// <summary>
/// A scheduler whose time advances only when a test moves it. Akka's own <c>TestScheduler</c> reports the machine's monotonic clock, which the actors
/// read; here timers and that clock agree.
/// </summary>
public sealed class VirtualTime(Config config, ILoggingAdapter log) : SchedulerBase(config, log), IDateTimeOffsetNowTimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Entry, (long Due, long Number)> _entries = new();
    private long _scheduled; // breaks ties by scheduling order
    private long _now = TimeSpan.FromHours(1).Ticks; // nonzero, so that differences with a default TimeSpan are positive

    private sealed record Entry(Action Fire, TimeSpan? Interval, ICancelable? Cancelable);

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => new(Volatile.Read(ref _now));

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => DateTimeOffset.UnixEpoch + MonotonicClock;

    /// <summary>Advances time; everything due fires on the calling thread, in order, at its due time.</summary>
    public void Advance(TimeSpan by)
    {
        var end = MonotonicClock + by;
        while (TakeDue(end) is { } entry)
        {
            if (entry.Cancelable?.IsCancellationRequested == true) continue;
            entry.Fire();
            if (entry.Interval is { } interval) Add(interval, entry);
        }
        Volatile.Write(ref _now, end.Ticks);
    }

    private Entry? TakeDue(TimeSpan end)
    {
        lock (_gate)
        {
            if (!_entries.TryPeek(out var entry, out var at) || at.Due > end.Ticks) return null;
            _entries.Dequeue();
            Volatile.Write(ref _now, Math.Max(_now, at.Due));
            return entry;
        }
    }

    private void Add(TimeSpan delay, Entry entry)
    {
        lock (_gate) _entries.Enqueue(entry, (_now + delay.Ticks, _scheduled++));
    }

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, new Entry(() => receiver.Tell(message, sender), null, cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(initialDelay, new Entry(() => receiver.Tell(message, sender), interval, cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Add(delay, new Entry(action, null, cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(initialDelay, new Entry(action, interval, cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Add(delay, new Entry(action.Run, null, cancelable));

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Add(initialDelay, new Entry(action.Run, interval, cancelable));
}
