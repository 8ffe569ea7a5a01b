using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Configuration;
using Akka.Dispatch;

namespace Distributed.Cluster.Compute;

/// <summary>
/// Where the actors of a training step run, blocks and workers: on compute threads that have nothing to compute, and on the thread pool when
/// there is none. So the thread that ends a step's last shard carries its gradient to the blocks, updates the weights while the gradient is
/// in its cache, and begins the next step; nobody has to be woken for that.
/// </summary>
/// <remarks>
/// A thread that attends (<see cref="Attend"/> … <see cref="Leave"/>) promises to look for what waits before it leaves. What still waits
/// when the last one leaves goes to the pool, so that nothing waits behind a shard. The queue is bounded by the number of actors: each
/// waits in it at most once.
/// </remarks>
internal sealed class StepDispatcher(MessageDispatcherConfigurator configurator) : MessageDispatcher(configurator)
{
    /// <summary>Its place in the configuration.</summary>
    public const string Path = "akka.actor.step-dispatcher";

    // Waking a thread of the pool, and moving a block's memory to another core, costs about a third of this.
    private static readonly long WorthWaking = Stopwatch.Frequency / 1_000_000 * 300;

    private readonly ConcurrentQueue<IRunnable> _waiting = new();
    private int _attendants;
    private long _usualTicks; // of an actor's run lately

    /// <summary>Whether an actor waits for an attending thread.</summary>
    public bool HasWork => !_waiting.IsEmpty;

    /// <summary>The calling thread has nothing better to do.</summary>
    public void Attend() => Interlocked.Increment(ref _attendants);

    /// <summary>The calling thread has: it runs nothing more.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _attendants) == 0) HandOver();
    }

    /// <summary>
    /// Runs one actor that has messages, on the calling thread; false when none waits. While actors take long, as blocks with large updates
    /// do, another one that waits goes to the pool meanwhile.
    /// </summary>
    public bool TryRun()
    {
        if (!_waiting.TryDequeue(out var actor)) return false;
        if (Volatile.Read(ref _usualTicks) > WorthWaking && _waiting.TryDequeue(out var other)) ToPool(other);
        var began = Stopwatch.GetTimestamp();
        actor.Run();
        var took = Stopwatch.GetTimestamp() - began;
        // A long run counts at once and is forgotten after a few short ones. Threads may overwrite each other's: it is a guess.
        Volatile.Write(ref _usualTicks, Math.Max(took, _usualTicks - _usualTicks / 8));
        return true;
    }

    protected override void ExecuteTask(IRunnable run)
    {
        if (Volatile.Read(ref _attendants) > 0)
        {
            _waiting.Enqueue(run);
            Interlocked.MemoryBarrier(); // seen by the last attendant, or its leaving is seen here
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

/// <summary>Makes the node's one <see cref="StepDispatcher"/> for its configuration.</summary>
internal sealed class StepDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly StepDispatcher _dispatcher;

    public StepDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) => _dispatcher = new StepDispatcher(this);

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
