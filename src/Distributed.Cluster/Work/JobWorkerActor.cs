using Akka.Actor;
using Distributed.Learning.Data;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>
/// The shell round one worker's <see cref="WorkLedger"/> for one job: connects to the blocks, hands work to the compute threads, sends
/// what they sum.
/// </summary>
internal sealed class JobWorkerActor : ReceiveActor, IWithTimers, IWorkerEffects
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(20);

    private readonly JobId _job;
    private readonly WorkerId _id;
    private readonly IActorRef _coordinators;
    private readonly IActorRef _blockRegion;
    private readonly ShardThreads _threads;
    private readonly ActorSystem _system = Context.System;
    private IActorRef?[] _blocks = [];
    private WorkLedger? _ledger;
    private long _connectedLineage;

    public JobWorkerActor(
        JoinJob join, WorkerId id, int threads, IActorRef coordinators, IActorRef blockRegion, EncodedDataSet data)
    {
        _job = join.Job;
        _id = id;
        _coordinators = coordinators;
        _blockRegion = blockRegion;
        _threads = new ShardThreads($"{id}", threads, join.Specification, data, Self);

        // on the hot path first
        Receive<WeightsUpdated>(message => _ledger?.OnWeights(message, Now));
        Receive<NodeComputed>(message =>
        {
            if (_ledger is null) _threads.Release(message.Node);
            else _ledger.OnNodeComputed(message.Lineage, message.Step, message.Node);
        });
        Receive<NodeEvaluated>(message => _ledger?.OnNodeEvaluated(message.Lineage, message.Epoch, message.Node, message.Metrics));
        Receive<Tick>(_ => _ledger?.OnTick(Now));
        Receive<GetMissingNodes>(message => _ledger?.OnGetMissingNodes(message, Now));
        Receive<GetMissingEvaluation>(message => _ledger?.OnGetMissingEvaluation(message));

        Receive<JoinJob>(OnJoin);
        Receive<BlockConnected>(OnConnected);
        Receive<Terminated>(OnBlockTerminated);
        Receive<AssignWorker>(message => _ledger?.OnAssign(message, Now));
        Receive<OpenWorkerEpoch>(message => _ledger?.OnOpenEpoch(message));
        Receive<ShardFailed>(message => throw new InvalidOperationException("a compute thread failed", message.Cause)); // supervision ends this child
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _system.Scheduler.MonotonicClock;

    public static Props Props(JoinJob join, WorkerId id, int threads, IActorRef coordinators, IActorRef blockRegion, EncodedDataSet data) =>
        Akka.Actor.Props.Create(() => new JobWorkerActor(join, id, threads, coordinators, blockRegion, data));

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);

    protected override void PostStop()
    {
        _ledger?.Close();
        _threads.Dispose();
    }

    /// <summary>Connects to every block of the lineage; repeated by the coordinator until this worker says that it is ready.</summary>
    private void OnJoin(JoinJob message)
    {
        if (message.Lineage < _connectedLineage) return;
        if (message.Lineage > _connectedLineage)
        {
            _connectedLineage = message.Lineage;
            foreach (var block in _blocks)
                if (block is not null) Context.Unwatch(block);
            _blocks = new IActorRef?[message.Blocks];
            _ledger?.Close();
            _ledger = new WorkLedger(_job, _id, message.Specification, message.Blocks, new WorkerTimes(), this);
        }
        for (var block = 0; block < _blocks.Length; block++)
            if (_blocks[block] is null) _blockRegion.Tell(new ConnectBlock(_job, block, _id));
        SayReady();
    }

    private void OnConnected(BlockConnected message)
    {
        if (message.Block >= _blocks.Length || Sender.Equals(_blocks[message.Block])) return;
        _blocks[message.Block] = Context.Watch(Sender);
        SayReady();
    }

    private void OnBlockTerminated(Terminated terminated)
    {
        for (var block = 0; block < _blocks.Length; block++)
            if (terminated.ActorRef.Equals(_blocks[block])) _blocks[block] = null;
    }

    private void SayReady()
    {
        if (Array.TrueForAll(_blocks, block => block is not null)) _coordinators.Tell(new WorkerReady(_job, _id, _connectedLineage));
    }

    void IWorkerEffects.ToCoordinator(ICoordinatorMessage message) => _coordinators.Tell(message);

    void IWorkerEffects.ToBlock(IBlockMessage message) => _blocks[message.Block]?.Tell(message);

    void IWorkerEffects.PushGradient(PushGradient gradient) => _blocks[gradient.Block]?.Tell(gradient);

    void IWorkerEffects.Compute(long lineage, long step, IndexRange run, WeightsView weights) => _threads.Train(lineage, step, run, weights);

    void IWorkerEffects.Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) => _threads.Evaluate(lineage, epoch, run, weights);

    void IWorkerEffects.AbandonBefore(long lineage, long version) => _threads.AbandonBefore(lineage, version);

    void IWorkerEffects.Release(IComputedNode node) => _threads.Release(node);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
