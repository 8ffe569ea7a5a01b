using System.Diagnostics;

namespace Distributed.Cluster.Compute;

/// <summary>
/// Where the threads of a stride wait for each other, several times a step. The last one that arrives does what is between two phases and lets the
/// others go. They spin briefly, which is cheaper than a wake-up, then yield their core, then park; nothing is allocated.
/// </summary>
/// <param name="lanes">The number of threads.</param>
internal sealed class StepBarrier(int lanes)
{
    private static readonly long SpinTicks = Stopwatch.Frequency / 1_000_000 * 20, YieldTicks = Stopwatch.Frequency / 1_000_000 * 500;

    private readonly object _gate = new(); // a monitor: a semaphore's wake-up could be taken by a thread that waits for the next phase already
    private int _arrived;
    private int _phase;
    private int _parked; // written under _gate
    private volatile bool _isBroken;

    /// <summary>
    /// Arrives. Returns null on the thread that is last: it has run <paramref name="between"/> and released the others. Another thread gets what it must
    /// wait for, and may do something useful first.
    /// </summary>
    /// <param name="between">What the last thread does while the others wait.</param>
    public int? Arrive(Action between)
    {
        var phase = Volatile.Read(ref _phase);
        if (Interlocked.Increment(ref _arrived) < lanes) return phase;
        _arrived = 0;
        between();
        Release(phase + 1);
        return null;
    }

    /// <summary>Waits for the last thread. False when the barrier is broken.</summary>
    /// <param name="phase">What <see cref="Arrive"/> returned.</param>
    public bool Wait(int? phase)
    {
        if (phase is not { } here) return !_isBroken;
        var began = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _phase) == here && !_isBroken)
        {
            var waited = Stopwatch.GetTimestamp() - began;
            if (waited < SpinTicks) Thread.SpinWait(8);
            else if (waited < YieldTicks) Thread.Yield();
            else Park(here);
        }
        return !_isBroken;
    }

    /// <summary>Lets all threads go for good: one of them does not arrive any more.</summary>
    public void Break()
    {
        _isBroken = true;
        Wake();
    }

    private void Release(int phase)
    {
        Volatile.Write(ref _phase, phase);
        Interlocked.MemoryBarrier(); // either a thread that parks sees the new phase, or it is seen here
        if (Volatile.Read(ref _parked) > 0) Wake();
    }

    private void Park(int phase)
    {
        lock (_gate)
        {
            _parked++;
            Interlocked.MemoryBarrier();
            while (Volatile.Read(ref _phase) == phase && !_isBroken) Monitor.Wait(_gate);
            _parked--;
        }
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
