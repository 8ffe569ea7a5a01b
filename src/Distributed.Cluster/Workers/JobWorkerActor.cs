using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Measures;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Workers;

/// <summary>
/// The shell around one worker's <see cref="WorkLedger"/> for one job: connects to the blocks, passes work to the compute threads, and sends the
/// sums.
/// </summary>
internal sealed class JobWorkerActor : ReceiveActor, IWithTimers, IWorkerEffects
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromMilliseconds(500);

    private readonly JobId _job;
    private readonly WorkerId _id;
    private readonly WorkerSurroundings _node;
    private readonly BlockLinks _blocks;
    private readonly BorrowedSamples _data;
    private readonly ShardThreads _threads;
    private readonly WorkerMeasures _measures;
    private readonly RefusedTensors _refused;
    private readonly WorkerDeparture _departure = new();
    private readonly ActorSystem _system = Context.System;
    private WorkLedger? _ledger; // of the blocks' lineage

    public JobWorkerActor(JoinJob join, WorkerId id, int threads, WorkerSurroundings node, BorrowedSamples data)
    {
        _job = join.Job;
        _id = id;
        _node = node;
        _blocks = new BlockLinks(join.Job, id, Context, node.Blocks, node.Plane);
        _data = data;
        try
        {
            _threads = new ShardThreads(join.Job, id, threads, join.Specification, data.Samples, Self, (StepDispatcher)Context.Dispatcher, node);
        }
        catch
        {
            data.Dispose(); // an actor that was not created does not stop, so nothing else releases them
            throw;
        }
        _measures = new WorkerMeasures(join.Job, id, _threads.Speed);
        _refused = new RefusedTensors(ClusterMeter.WorkerRefused, Context.GetLogger(), $"weights of {join.Job} for {id}, not from the node of their block, are dropped");

        // hot path first
        Receive<WeightsUpdated>(OnWeights);
        Receive<WeightsArrived>(message =>
        {
            if (_blocks.IsAt(message.Weights.Block, message.Node))
            {
                OnWeights(message.Weights);
                return;
            }
            message.Weights.Lease?.Dispose(); // those of a block that has just moved are requested when they are missed
            _refused.Note(message.Node, Now);
        });
        Receive<NodeComputed>(message =>
        {
            _measures.End(message.Step);
            NodeActivity.CountSamples(message.Node.Metrics.Samples);
            if (_ledger is null) ShardThreads.Release(message.Node);
            else _ledger.OnNodeComputed(message.Lineage, message.Step, message.Node);
        });
        Receive<StrideEnded>(message =>
        {
            _measures.Record(message.Stride, message.Clock);
            NodeActivity.CountSamples(message.Stride.Samples);
            _blocks.Tell(message);
            _ledger?.OnStrideEnded(message.Lineage, message.From, message.Stride.Step, Now);
        });
        Receive<NodeEvaluated>(message => _ledger?.OnNodeEvaluated(message.Lineage, message.Epoch, message.Node, message.Metrics));
        Receive<Tick>(_ =>
        {
            _node.Plane.Poll(); // for compute threads that promised to poll but are in a long shard
            _ledger?.OnTick(Now);
            if (_measures.TakeDue(Now) is { } measured) _node.Coordinators.Tell(measured);
            if (_departure.IsQuiet(Now) && _threads.IsIdle) _departure.Answer(new ShardsFinished(_job));
        });

        Receive<JoinJob>(OnJoin);
        Receive<FinishShards>(OnFinishShards);
        Receive<BlockConnected>(OnConnected);
        Receive<PeerConnected>(_ => SayReady());
        Receive<PeerLost>(message => _blocks.Lose(link => link.Endpoint.Node == message.Node));
        Receive<Terminated>(message => _blocks.Lose(link => link.Reference.Equals(message.ActorRef)));
        Receive<Reconnect>(_ => _blocks.ConnectMissing());
        Receive<IWorkerMessage>(message => // from blocks and the coordinator: the rule's
        {
            if (_ledger?.TryTake(message, Now) == false) Unhandled(message);
        });
        Receive<ShardFailed>(message => throw new InvalidOperationException("a compute thread failed", message.Cause)); // supervision ends this child
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _system.Scheduler.MonotonicClock;

    public static Props Props(JoinJob join, WorkerId id, int threads, WorkerSurroundings node, BorrowedSamples data) =>
        Akka.Actor.Props.Create(() => new JobWorkerActor(join, id, threads, node, data)).WithDispatcher(StepDispatcher.Path);

    protected override void PreStart()
    {
        _node.Plane.AddWorker(_job, _id, Self);
        _node.Activity.Join(_job);
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
        Timers.StartPeriodicTimer("reconnect", Reconnect.Instance, ReconnectInterval);
    }

    protected override void PostStop()
    {
        _node.Plane.RemoveWorker(_job, _id, Self);
        _node.Activity.Leave(_job);
        _blocks.Dispose();
        _ledger?.Close();
        _threads.Dispose();
        _data.Dispose();
    }

    private void OnWeights(WeightsUpdated message)
    {
        if (_ledger is null)
        {
            message.Lease?.Dispose();
            return;
        }
        var now = Now;
        _departure.OnWeights(now);
        _ledger.OnWeights(message, now);
    }

    /// <summary>Connects to every block of the lineage. The coordinator repeats the request until this worker reports that it is ready.</summary>
    private void OnJoin(JoinJob message)
    {
        if (message.Lineage < _blocks.Lineage) return;
        if (message.Lineage > _blocks.Lineage)
        {
            _blocks.Begin(message.Lineage, message.Blocks);
            _ledger?.Close();
            _ledger = new WorkLedger(_job, _id, message.Specification, message.Blocks, new WorkerTimes(), this);
        }
        _blocks.ConnectAll();
        SayReady();
    }

    private void OnConnected(BlockConnected message)
    {
        _blocks.OnConnected(message, Sender);
        SayReady();
    }

    private void SayReady()
    {
        if (_ledger is not null && !_departure.HasBegun && _blocks.IsReady) _node.Coordinators.Tell(new WorkerReady(_job, _id, _blocks.Lineage));
    }

    /// <summary>The node shuts down: takes no more shards, but finishes those in progress.</summary>
    private void OnFinishShards(FinishShards message)
    {
        _departure.Begin(Sender, Now);
        _node.Coordinators.Tell(new WorkerLeft(_job, _id, "its node shuts down"));
    }

    void IWorkerEffects.ToCoordinator(ICoordinatorMessage message) => _node.Coordinators.Tell(message);

    void IWorkerEffects.ToBlock(IBlockMessage message) => _blocks.Tell(message);

    void IWorkerEffects.PushGradient(PushGradient gradient) => _blocks.Push(gradient);

    void IWorkerEffects.Compute(long lineage, long step, IndexRange run, WeightsView weights)
    {
        _measures.Begin(step);
        _threads.Train(lineage, step, run, weights);
    }

    void IWorkerEffects.Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) => _threads.Evaluate(lineage, epoch, run, weights);

    bool IWorkerEffects.TryStride(long lineage, IReadOnlyList<StrideOffer> offers) => _threads.TryStride(lineage, offers);

    void IWorkerEffects.AbandonBefore(long lineage, long version) => _threads.AbandonBefore(lineage, version);

    void IWorkerEffects.Release(IComputedNode node) => ShardThreads.Release(node);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed class Reconnect
    {
        public static readonly Reconnect Instance = new();
    }
}
