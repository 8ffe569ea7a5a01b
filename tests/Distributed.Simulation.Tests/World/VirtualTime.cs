namespace Distributed.Simulation.Tests.World;

/// <summary>The single clock and queue of a simulated world: events ordered by time, then by scheduling order.</summary>
internal sealed class VirtualTime
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _queue = new();
    private const long MostEvents = 3_000_000;
    private const int MostWaiting = 50_000;

    private long _asked;

    public TimeSpan Now { get; private set; }

    public long Events { get; private set; }

    public void After(TimeSpan delay, Action action) => _queue.Enqueue(action, (Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), _asked++));

    /// <summary>Runs the next event unless it is past the deadline.</summary>
    public bool Step(TimeSpan deadline)
    {
        if (!_queue.TryPeek(out var action, out var when) || when.At > deadline) return false;
        if (Events > MostEvents) throw new SimulationFailure($"more than {MostEvents} events: something goes round in circles");
        if (_queue.Count > MostWaiting) throw new SimulationFailure($"{_queue.Count} messages are under way");
        _queue.Dequeue();
        Now = when.At;
        Events++;
        action();
        return true;
    }
}

/// <summary>A node's own clock: starts anywhere, may jump ahead, never goes back.</summary>
internal sealed class NodeClock(VirtualTime time, TimeSpan offset)
{
    public TimeSpan Now => time.Now + offset;

    public void Leap(TimeSpan by) => offset += by;
}
