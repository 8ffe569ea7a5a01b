using Akka.Actor;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Measures;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
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
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QuietBeforeLeaving = TimeSpan.FromMilliseconds(150);

    private readonly JobId _job;
    private readonly WorkerId _id;
    private readonly IActorRef _coordinators;
    private readonly BlockLinks _blocks;
    private readonly BorrowedSamples _data;
    private readonly ShardThreads _threads;
    private readonly DataPlane _plane;
    private readonly StepTimes _times;
    private readonly NodeActivity _activity;
    private readonly ActorSystem _system = Context.System;
    private bool _isLeaving;
    private (IActorRef ReplyTo, TimeSpan At)? _leaveRequest;
    private TimeSpan _heardAt; // when weights last arrived
    private WorkLedger? _ledger;
    private long _connectedLineage;
    private TimeSpan _measureAt;
    private bool _isWarm; // freshly started code is slow and says nothing about the machine

    public JobWorkerActor(JoinJob join, WorkerId id, int threads, WorkerSurroundings node, BorrowedSamples data)
    {
        _job = join.Job;
        _id = id;
        _coordinators = node.Coordinators;
        _blocks = new BlockLinks(join.Job, id, Context, node.Blocks, node.Plane);
        _plane = node.Plane;
        _times = StepTimes.OfWorker(join.Job, id);
        _activity = node.Activity;
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

        // hot path first
        Receive<WeightsUpdated>(message =>
        {
            if (_ledger is null) message.Lease?.Dispose();
            else _ledger.OnWeights(message, _heardAt = Now);
        });
        Receive<NodeComputed>(message =>
        {
            _times.End(message.Step);
            NodeActivity.CountSamples(message.Node.Metrics.Samples);
            if (_ledger is null) ShardThreads.Release(message.Node);
            else _ledger.OnNodeComputed(message.Lineage, message.Step, message.Node);
        });
        Receive<NodeEvaluated>(message => _ledger?.OnNodeEvaluated(message.Lineage, message.Epoch, message.Node, message.Metrics));
        Receive<Tick>(_ =>
        {
            _plane.Poll(); // for compute threads that promised to poll but are in a long shard
            _ledger?.OnTick(Now);
            TellSpeed();
            LeaveWhenIdle();
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
        _plane.AddWorker(_job, _id, Self);
        _activity.Join(_job);
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
        Timers.StartPeriodicTimer("reconnect", Reconnect.Instance, ReconnectInterval);
    }

    protected override void PostStop()
    {
        _plane.RemoveWorker(_job, _id, Self);
        _activity.Leave(_job);
        _blocks.Dispose();
        _ledger?.Close();
        _threads.Dispose();
        _data.Dispose();
    }

    /// <summary>Connects to every block of the lineage. The coordinator repeats the request until this worker reports that it is ready.</summary>
    private void OnJoin(JoinJob message)
    {
        if (message.Lineage < _connectedLineage) return;
        if (message.Lineage > _connectedLineage)
        {
            _connectedLineage = message.Lineage;
            _blocks.Begin(message.Blocks);
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
        if (_ledger is not null && !_isLeaving && _blocks.IsReady) _coordinators.Tell(new WorkerReady(_job, _id, _connectedLineage));
    }

    private void TellSpeed()
    {
        if (Now < _measureAt) return;
        _measureAt = Now + MeasureInterval;
        if (_threads.Speed.Take() is not { } speed) return;
        if (_isWarm) _coordinators.Tell(new WorkerMeasured(_job, _id, speed, _times.Work, _times.Wait));
        _isWarm = true;
    }

    /// <summary>The node shuts down: takes no more shards, but finishes those in progress.</summary>
    private void OnFinishShards(FinishShards message)
    {
        _isLeaving = true;
        _leaveRequest ??= (Sender, Now);
        _coordinators.Tell(new WorkerLeft(_job, _id, "its node shuts down"));
    }

    /// <summary>
    /// Reports completion once nothing is in progress and nothing has arrived for a while: the blocks have switched to other workers.
    /// </summary>
    private void LeaveWhenIdle()
    {
        if (_leaveRequest is not { } request || !_threads.IsIdle || Now - Later(_heardAt, request.At) < QuietBeforeLeaving) return;
        _leaveRequest = null;
        request.ReplyTo.Tell(new ShardsFinished(_job));
    }

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    void IWorkerEffects.ToCoordinator(ICoordinatorMessage message) => _coordinators.Tell(message);

    void IWorkerEffects.ToBlock(IBlockMessage message) => _blocks[message.Block]?.Reference.Tell(message);

    void IWorkerEffects.PushGradient(PushGradient gradient)
    {
        if (_blocks[gradient.Block] is not { } link) gradient.Lease?.Dispose(); // the block asks when it is back
        else if (_plane.IsHere(link.Endpoint)) link.Reference.Tell(gradient);
        else _plane.Send(link.Endpoint.Node, gradient);
    }

    void IWorkerEffects.Compute(long lineage, long step, IndexRange run, WeightsView weights)
    {
        _times.Begin(step);
        _threads.Train(lineage, step, run, weights);
    }

    void IWorkerEffects.Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) => _threads.Evaluate(lineage, epoch, run, weights);

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
