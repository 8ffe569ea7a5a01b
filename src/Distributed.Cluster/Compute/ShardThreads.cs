using System.Diagnostics;
using Akka.Actor;
using Distributed.Cluster.Measures;
using Distributed.Cluster.TensorPlane;
using Distributed.Data.Samples;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Strides;
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

    private readonly JobSpecification _specification;
    private readonly EpochPlan _plan;
    private readonly Func<ShardTask> _newTask;
    private readonly IActorRef _owner;
    private readonly StepDispatcher _actors;
    private readonly DataPlane _plane;
    private readonly WorkOrders _orders = new();
    private readonly LeafComputation _leaves;
    private readonly StrideOrders _strides;

    public ShardThreads(
        JobId job, WorkerId worker, int threads, JobSpecification specification, SampleSet data, IActorRef owner, StepDispatcher actors, WorkerSurroundings node)
    {
        threads = Math.Max(1, threads);
        _specification = specification;
        _plan = new EpochPlan(specification);
        _owner = owner;
        _actors = actors;
        _plane = node.Plane;
        var network = new Network(specification.Network);
        _newTask = () => node.ShardTasks(job, worker, specification, _plan, network, data);
        var (weights, buffers) = (new StepWeights(job, network, node.NodeWeights), new GradientBuffers(network.Layout.Count));
        _leaves = new LeafComputation(weights, buffers, new TrainingSpeed(threads));
        _strides = new StrideOrders(specification, _plan, network, threads, weights, buffers);
        for (var i = 0; i < threads; i++)
            new Thread(Run) { IsBackground = true, Name = $"compute {job} {worker} {i}" }.Start();
    }

    /// <summary>The speed of training across all threads.</summary>
    public TrainingSpeed Speed => _leaves.Speed;

    /// <summary>Whether nothing is queued or being computed and all results have been sent.</summary>
    public bool IsIdle => _orders.IsIdle;

    public void Train(long lineage, long step, IndexRange run, WeightsView weights) =>
        _orders.Add(new GradientOrder(lineage, run, _plan.ShardCount(step), weights, _specification.GradientFormat));

    /// <summary>Takes the offers of all blocks and strides. False when an offer is withdrawn by now, or this worker cannot stride.</summary>
    public bool TryStride(long lineage, IReadOnlyList<StrideOffer> offers)
    {
        if (_strides.TryBegin(lineage, offers) is not { } order) return false;
        _orders.Add(order);
        return true;
    }

    public void Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) =>
        _orders.Add(new EvaluationOrder(lineage, epoch, run, _plan.EvaluationShardCount, weights));

    /// <summary>Drops orders below this version. Leaves already being computed finish, and the ledger discards them.</summary>
    public void AbandonBefore(long lineage, long version)
    {
        _orders.AbandonBefore(lineage, version);
        _strides.AbandonBefore(lineage, version);
    }

    public static void Release(IComputedNode node) => ((GradientBuffer)node).Dispose();

    public void Dispose()
    {
        _orders.Stop();
        _strides.AbandonBefore(long.MaxValue, long.MaxValue);
    }

    private void Run()
    {
        var (attends, polls) = (false, false);
        try
        {
            var shard = _newTask();
            var (last, first) = (-1L, -1); // the newest step computed here, and its first leaf
            Attend(true);
            while (!_orders.IsStopped)
            {
                if (_orders.TryTake(out var order, out var leaf))
                {
                    Attend(false);
                    var began = Stopwatch.GetTimestamp();
                    var done = _leaves.Compute(shard, order, leaf);
                    Watch(Stopwatch.GetTimestamp() - began < ShortShardTicks);
                    Attend(true); // before the actor is notified, so that the resulting work runs here
                    if (done is not null) _owner.Tell(done);
                    _orders.Finish();
                    if (order is GradientOrder && order.Version != last) (last, first) = (order.Version, leaf);
                    continue;
                }
                if (_actors.TryRun() || _plane.Poll()) continue;
                // This thread most likely starts the next step with the same shard as this one.
                if (first >= 0 && shard.GatherTraining(last + 1, first)) continue;
                if (HasWorkSoon(polls ? LookOutForPeersTicks : LookOutTicks)) continue;
                Watch(false);
                Attend(false);
                _orders.Park();
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
            if (_actors.HasWork || _orders.MayHaveWork || _orders.IsStopped || _plane.Poll()) return true;
            waited = Stopwatch.GetTimestamp() - began;
            if (waited < LookOutTicks / 2) Thread.SpinWait(8);
            else Thread.Yield();
        }
        while (waited < ticks);
        return false;
    }
}
