namespace Distributed.Cluster.Compute;

/// <summary>
/// The orders whose leaves a worker's compute threads take, oldest first, and the threads that wait for one. Thread-safe. A thread looks for orders
/// without the lock (<see cref="MayHaveWork"/>) and parks only when there are none.
/// </summary>
internal sealed class WorkOrders
{
    private readonly Lock _gate = new();
    private readonly Queue<WorkOrder> _orders = new();
    private readonly SemaphoreSlim _work = new(0); // never disposed: threads may still leave it after Stop
    private volatile bool _stopped;
    private int _busy; // threads computing a leaf
    private int _open; // orders; written under _gate
    private int _parked; // threads waiting for an order; under _gate
    private (long Lineage, long Version) _floor; // under _gate

    /// <summary>Whether the threads are to end.</summary>
    public bool IsStopped => _stopped;

    /// <summary>Whether an order is queued; its leaves may all be taken.</summary>
    public bool MayHaveWork => Volatile.Read(ref _open) > 0;

    /// <summary>Whether nothing is queued and no thread computes a leaf or has yet to send its result.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return _orders.Count == 0 && Volatile.Read(ref _busy) == 0;
        }
    }

    /// <summary>Queues an order and wakes as many parked threads as it has leaves.</summary>
    public void Add(WorkOrder order)
    {
        int woken;
        lock (_gate)
        {
            _orders.Enqueue(order);
            Volatile.Write(ref _open, _orders.Count);
            woken = Math.Min(order.Shards, _parked);
            _parked -= woken;
        }
        if (woken > 0) _work.Release(woken);
    }

    /// <summary>Drops orders below this version. Leaves already taken are finished, and the ledger discards them.</summary>
    public void AbandonBefore(long lineage, long version)
    {
        lock (_gate) _floor = (lineage, version);
    }

    /// <summary>Takes the next leaf, to be followed by <see cref="Finish"/>; returns false when there is none.</summary>
    public bool TryTake(out WorkOrder order, out int leaf)
    {
        lock (_gate)
        {
            while (_orders.TryPeek(out order!))
            {
                var isAbandoned = (order.Lineage, order.Version).CompareTo(_floor) < 0;
                if (!isAbandoned && order.TryTake(out leaf))
                {
                    Interlocked.Increment(ref _busy);
                    return true;
                }
                if (isAbandoned) order.Drop();
                _orders.Dequeue();
                Volatile.Write(ref _open, _orders.Count);
            }
        }
        leaf = -1;
        return false;
    }

    /// <summary>A leaf is computed and its result, if any, is sent.</summary>
    public void Finish() => Interlocked.Decrement(ref _busy);

    /// <summary>Waits for an order unless one is queued or the threads are to end.</summary>
    public void Park()
    {
        lock (_gate)
        {
            if (_orders.Count > 0 || _stopped) return;
            _parked++;
        }
        _work.Wait();
    }

    /// <summary>Ends the threads: wakes those that are parked and lets none park.</summary>
    public void Stop()
    {
        int woken;
        lock (_gate)
        {
            _stopped = true;
            (woken, _parked) = (_parked, 0);
        }
        if (woken > 0) _work.Release(woken);
    }
}
