using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Configuration;
using Akka.Dispatch;

namespace Distributed.Cluster.Compute;

/// <summary>
/// Runs the actors of a training step (blocks and workers, and the coordinator, which decides between two epochs) on idle compute threads, or on the
/// thread pool when there are none. The thread that completes a step's last shard carries its gradient to the blocks, updates the weights while the
/// gradient is in its cache, and begins the next step, without waking another thread.
/// </summary>
/// <remarks>
/// An attending thread (<see cref="Attend"/> … <see cref="Leave"/>) promises to check the queue before it leaves. Work still queued when the last
/// attendant leaves goes to the pool, so nothing waits behind a shard. The queue is bounded by the number of actors: each is queued at most once.
/// </remarks>
internal sealed class StepDispatcher(MessageDispatcherConfigurator configurator) : MessageDispatcher(configurator)
{
    /// <summary>The dispatcher's configuration path.</summary>
    public const string Path = "akka.actor.step-dispatcher";

    // Waking a pool thread and moving a block's memory to another core costs about a third of this.
    private static readonly long WorthWaking = Stopwatch.Frequency / 1_000_000 * 300;

    private readonly ConcurrentQueue<IRunnable> _waiting = new();
    private int _attendants;
    private long _usualTicks; // recent duration of an actor's run

    /// <summary>Whether an actor is waiting for an attending thread.</summary>
    public bool HasWork => !_waiting.IsEmpty;

    /// <summary>Marks the calling thread as idle.</summary>
    public void Attend() => Interlocked.Increment(ref _attendants);

    /// <summary>Marks the calling thread as busy: it runs no more actors.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _attendants) == 0) HandOver();
    }

    /// <summary>
    /// Runs one ready actor on the calling thread; returns false when none is waiting. While runs are long, as for blocks with large updates, another
    /// waiting actor goes to the pool.
    /// </summary>
    public bool TryRun()
    {
        if (!_waiting.TryDequeue(out var actor)) return false;
        if (Volatile.Read(ref _usualTicks) > WorthWaking && _waiting.TryDequeue(out var other)) ToPool(other);
        var began = Stopwatch.GetTimestamp();
        actor.Run();
        var took = Stopwatch.GetTimestamp() - began;
        // A long run counts immediately and decays after a few short ones. Unsynchronized: the value is an estimate.
        Volatile.Write(ref _usualTicks, Math.Max(took, _usualTicks - _usualTicks / 8));
        return true;
    }

    protected override void ExecuteTask(IRunnable run)
    {
        if (Volatile.Read(ref _attendants) > 0)
        {
            _waiting.Enqueue(run);
            Interlocked.MemoryBarrier(); // either the last attendant sees the actor, or its departure is seen here
            if (Volatile.Read(ref _attendants) == 0) HandOver();
            return;
        }
        ToPool(run);
    }

    protected override void Shutdown() => HandOver();

    private void HandOver()
    {
        while (_waiting.TryDequeue(out var run)) ToPool(run);
    }

    private static void ToPool(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
}

/// <summary>Creates the node's single <see cref="StepDispatcher"/>.</summary>
internal sealed class StepDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly StepDispatcher _dispatcher;

    public StepDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) => _dispatcher = new StepDispatcher(this);

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
