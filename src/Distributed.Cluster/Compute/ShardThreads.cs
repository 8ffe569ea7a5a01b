using Akka.Actor;
using Distributed.Learning;
using Distributed.Learning.Data;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>
/// The compute threads of one worker for one job: threads of their own, so that no heartbeat waits behind a gradient. Each computes whole
/// shards from start to end; results go to the worker's actor.
/// </summary>
internal sealed class ShardThreads : IDisposable
{
    private readonly JobSpecification _specification;
    private readonly EpochPlan _plan;
    private readonly EncodedDataSet _data;
    private readonly IActorRef _owner;
    private readonly Network _network;
    private readonly StepWeights _weights;
    private readonly GradientBuffers _buffers;
    private readonly Lock _gate = new();
    private readonly Queue<WorkOrder> _orders = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Thread[] _threads;
    private volatile bool _stopping;
    private int _busy; // threads that are at a leaf
    private (long Lineage, long Version) _floor; // under _gate

    public ShardThreads(string name, int threads, JobSpecification specification, EncodedDataSet data, IActorRef owner)
    {
        _specification = specification;
        _plan = new EpochPlan(specification);
        _data = data;
        _owner = owner;
        _network = new Network(specification.Network);
        _weights = new StepWeights(_network, _plan.ShardCount(0));
        _buffers = new GradientBuffers(_network.Layout.Count);
        _threads = new Thread[Math.Max(1, threads)];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"compute {name} {i}" };
            _threads[i].Start();
        }
    }

    public void Train(long lineage, long step, IndexRange run, WeightsView weights) =>
        Enqueue(new WorkOrder(lineage, step, null, run, _plan.ShardCount(step), weights), run.Count);

    public void Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) =>
        Enqueue(new WorkOrder(lineage, weights.Version, epoch, run, _plan.EvaluationShardCount, weights), run.Count);

    /// <summary>Whether nothing waits and nothing is computed; what was computed has been told.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate) return _orders.Count == 0 && Volatile.Read(ref _busy) == 0;
        }
    }

    /// <summary>Orders below this are dropped; what a thread is at is finished and thrown away by the ledger.</summary>
    public void AbandonBefore(long lineage, long version)
    {
        lock (_gate) _floor = (lineage, version);
    }

    public static void Release(IComputedNode node) => ((GradientBuffer)node).Dispose();

    public void Dispose()
    {
        _stopping = true;
        _work.Release(_threads.Length);
    }

    private void Enqueue(WorkOrder order, int leaves)
    {
        lock (_gate) _orders.Enqueue(order);
        _work.Release(Math.Min(leaves, _threads.Length));
    }

    private void Run()
    {
        try
        {
            var shard = new ShardTask(_specification, _plan, _network, _data);
            while (true)
            {
                _work.Wait();
                var (last, first) = (-1L, -1);
                while (!_stopping && TryTake(out var order, out var leaf))
                {
                    Compute(shard, order, leaf);
                    Interlocked.Decrement(ref _busy);
                    if (order.EvaluatedEpoch is null && order.Version != last) (last, first) = (order.Version, leaf);
                }
                if (_stopping) return;
                // Most likely this thread begins the next step with the shard with which it began this one.
                if (first >= 0) shard.GatherTraining(last + 1, first);
            }
        }
        catch (Exception e) // whatever it is, the actor's supervision decides; a thread must not take the process along
        {
            _owner.Tell(new ShardFailed(e));
        }
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
            }
        }
        leaf = -1;
        return false;
    }

    private void Compute(ShardTask shard, WorkOrder order, int leaf)
    {
        if (!_weights.Prepare(order.Lineage, order.Weights)) return; // nobody waits for this leaf any more
        var node = new ReductionNode(leaf, 1);
        if (order.EvaluatedEpoch is { } epoch)
        {
            var metrics = shard.Evaluate(_weights, leaf);
            if (order.Complete(ref node, ref metrics)) _owner.Tell(new NodeEvaluated(order.Lineage, epoch, node, metrics));
            return;
        }
        var buffer = _buffers.Rent();
        buffer.Node = node;
        buffer.Metrics = shard.Train(_weights, order.Version, leaf, buffer.Span);
        if (order.Complete(buffer) is { } done) _owner.Tell(new NodeComputed(order.Lineage, order.Version, done));
    }
}
