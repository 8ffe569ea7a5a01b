using System.Diagnostics;
using Akka.Actor;
using Distributed.Cluster.TensorPlane;
using Distributed.Data.Samples;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Compute;

/// <summary>
/// The compute threads of one worker for one job. They are dedicated threads, so heartbeats never wait behind a gradient. Each computes whole shards
/// and sends results to the worker's actor. An idle thread runs the step's actors (<see cref="StepDispatcher"/>) and receives from peers on this
/// machine, so a step among processes of one machine wakes no thread.
/// </summary>
internal sealed class ShardThreads : IDisposable
{
    // If everything runs in this process, spin for about the cost of a kernel wait and wake-up. If peers compute part of the step, spin longer: the
    // wait is for their work, which takes about as long as this thread's, and waking this thread costs them time too.
    private static readonly long LookOutTicks = Stopwatch.Frequency / 1_000_000 * 50, LookOutForPeersTicks = Stopwatch.Frequency / 1_000;

    // Peers send no wake-up while a thread computes: their messages wait for the end of its shard or for the worker's next tick.
    private static readonly long ShortShardTicks = Stopwatch.Frequency / 1_000 * 20;

    private readonly GradientFormat _format;
    private readonly EpochPlan _plan;
    private readonly Func<ShardTask> _newTask;
    private readonly IActorRef _owner;
    private readonly StepDispatcher _actors;
    private readonly DataPlane _plane;
    private readonly StepWeights _weights;
    private readonly GradientBuffers _buffers;
    private readonly Lock _gate = new();
    private readonly Queue<WorkOrder> _orders = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Thread[] _threads;
    private volatile bool _stopping;
    private int _busy; // threads computing a leaf
    private int _open; // orders; written under _gate
    private int _parked; // threads waiting for an order; under _gate
    private long _samples, _busyTicks; // samples and thread time since the last speed measurement
    private (long Lineage, long Version) _floor; // under _gate

    public ShardThreads(
        JobId job, WorkerId worker, int threads, JobSpecification specification, SampleSet data, IActorRef owner, StepDispatcher actors, WorkerSurroundings node)
    {
        _format = specification.GradientFormat;
        _plan = new EpochPlan(specification);
        _owner = owner;
        _actors = actors;
        _plane = node.Plane;
        var network = new Network(specification.Network);
        _newTask = () => node.ShardTasks(job, worker, specification, _plan, network, data);
        _weights = new StepWeights(job, network, node.NodeWeights);
        _buffers = new GradientBuffers(network.Layout.Count);
        _threads = new Thread[Math.Max(1, threads)];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"compute {job} {worker} {i}" };
            _threads[i].Start();
        }
    }

    public void Train(long lineage, long step, IndexRange run, WeightsView weights) =>
        Enqueue(new GradientOrder(lineage, run, _plan.ShardCount(step), weights, _format), run.Count);

    public void Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) =>
        Enqueue(new EvaluationOrder(lineage, epoch, run, _plan.EvaluationShardCount, weights), run.Count);

    /// <summary>Whether nothing is queued or being computed and all results have been sent.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return _orders.Count == 0 && Volatile.Read(ref _busy) == 0;
        }
    }

    /// <summary>Drops orders below this version. Leaves already being computed finish, and the ledger discards them.</summary>
    public void AbandonBefore(long lineage, long version)
    {
        lock (_gate) _floor = (lineage, version);
    }

    /// <summary>Training samples per second across all threads since the last call; null when there were none.</summary>
    public double? TakeSpeed()
    {
        var (samples, ticks) = (Interlocked.Exchange(ref _samples, 0), Interlocked.Exchange(ref _busyTicks, 0));
        return samples > 0 && ticks > 0 ? samples * _threads.Length * (double)Stopwatch.Frequency / ticks : null;
    }

    public static void Release(IComputedNode node) => ((GradientBuffer)node).Dispose();

    public void Dispose()
    {
        _stopping = true;
        _work.Release(_threads.Length);
    }

    private void Enqueue(WorkOrder order, int leaves)
    {
        int woken;
        lock (_gate)
        {
            _orders.Enqueue(order);
            Volatile.Write(ref _open, _orders.Count);
            woken = Math.Min(leaves, _parked);
            _parked -= woken;
        }
        if (woken > 0) _work.Release(woken);
    }

    private void Run()
    {
        var (attends, polls) = (false, false);
        try
        {
            var shard = _newTask();
            var (last, first) = (-1L, -1); // the newest step computed here, and its first leaf
            Attend(true);
            while (!_stopping)
            {
                if (TryTake(out var order, out var leaf))
                {
                    Attend(false);
                    var began = Stopwatch.GetTimestamp();
                    var done = Compute(shard, order, leaf);
                    Watch(Stopwatch.GetTimestamp() - began < ShortShardTicks);
                    Attend(true); // before the actor is notified, so that the resulting work runs here
                    if (done is not null) _owner.Tell(done);
                    Interlocked.Decrement(ref _busy);
                    if (order is GradientOrder && order.Version != last) (last, first) = (order.Version, leaf);
                    continue;
                }
                if (_actors.TryRun() || _plane.Poll()) continue;
                // This thread most likely starts the next step with the same shard as this one.
                if (first >= 0 && shard.GatherTraining(last + 1, first)) continue;
                if (HasWorkSoon(polls ? LookOutForPeersTicks : LookOutTicks)) continue;
                Watch(false);
                Attend(false);
                Park();
                Attend(true);
            }
        }
        catch (Exception e) // the actor's supervision decides; a thread must not take down the process
        {
            _owner.Tell(new ShardFailed(e));
        }
        finally
        {
            Watch(false);
            Attend(false);
        }

        void Attend(bool value)
        {
            if (value == attends) return;
            attends = value;
            if (value) _actors.Attend();
            else _actors.Leave();
        }

        // Promises to poll for messages from peers, so that they wake no thread.
        void Watch(bool value)
        {
            if (value == polls || (value && !_plane.HasPeersHere)) return;
            polls = value;
            if (value) _plane.BeginPolling();
            else _plane.EndPolling();
        }
    }

    /// <summary>Spins briefly, which is cheaper than a wake-up; yields the core to other threads that need it.</summary>
    private bool HasWorkSoon(long ticks)
    {
        var began = Stopwatch.GetTimestamp();
        long waited;
        do
        {
            if (_actors.HasWork || Volatile.Read(ref _open) > 0 || _stopping || _plane.Poll()) return true;
            waited = Stopwatch.GetTimestamp() - began;
            if (waited < LookOutTicks / 2) Thread.SpinWait(8);
            else Thread.Yield();
        }
        while (waited < ticks);
        return false;
    }

    /// <summary>Waits for an order unless one is available.</summary>
    private void Park()
    {
        lock (_gate)
        {
            if (_orders.Count > 0 || _stopping) return;
            _parked++;
        }
        _work.Wait();
    }

    private bool TryTake(out WorkOrder order, out int leaf)
    {
        lock (_gate)
        {
            while (_orders.TryPeek(out order!))
            {
                if ((order.Lineage, order.Version).CompareTo(_floor) >= 0 && order.TryTake(out leaf))
                {
                    Interlocked.Increment(ref _busy);
                    return true;
                }
                if ((order.Lineage, order.Version).CompareTo(_floor) < 0) order.Drop();
                _orders.Dequeue();
                Volatile.Write(ref _open, _orders.Count);
            }
        }
        leaf = -1;
        return false;
    }

    /// <summary>Computes one leaf. Returns the message for the actor when a maximal node is complete; otherwise null.</summary>
    private object? Compute(ShardTask shard, WorkOrder order, int leaf)
    {
        if (!_weights.Prepare(order.Lineage, order.Weights, order.Shards)) return null; // a later version has arrived: the leaf is obsolete
        return order switch
        {
            GradientOrder training => Train(shard, training, leaf),
            EvaluationOrder validation => Evaluate(shard, validation, leaf),
            _ => throw new InvalidOperationException($"an order of type {order.GetType().Name}"),
        };
    }

    private NodeEvaluated? Evaluate(ShardTask shard, EvaluationOrder order, int leaf)
    {
        var node = new ReductionNode(leaf, 1);
        var metrics = shard.Evaluate(_weights, leaf);
        return order.Complete(ref node, ref metrics) ? new NodeEvaluated(order.Lineage, order.Epoch, node, metrics) : null;
    }

    private NodeComputed? Train(ShardTask shard, GradientOrder order, int leaf)
    {
        var begun = Stopwatch.GetTimestamp();
        var buffer = _buffers.Rent();
        buffer.Node = new ReductionNode(leaf, 1);
        buffer.Metrics = shard.Train(_weights, order.Version, leaf, buffer.Span);
        GradientArithmetic.RoundLeaf(_format, buffer.Span);
        Interlocked.Add(ref _busyTicks, Stopwatch.GetTimestamp() - begun);
        Interlocked.Add(ref _samples, buffer.Metrics.Samples);
        return order.Complete(buffer) is { } done ? new NodeComputed(order.Lineage, order.Version, done) : null;
    }
}
