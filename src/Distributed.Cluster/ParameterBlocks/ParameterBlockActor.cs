using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Measures;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>
/// The shell around one <see cref="ParameterBlock"/>: a Cluster.Sharding entity, K per job. It tracks connected workers, stores and loads snapshots,
/// and stops with its job.
/// </summary>
internal sealed class ParameterBlockActor : ReceiveActor, IWithTimers, IBlockEffects
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    private readonly ParameterBlock _block;
    private readonly CoordinatorLink _coordinator;
    private readonly WorkerLinks _workers;
    private readonly WeightsMemory _memory;
    private readonly SnapshotSavings _savings;
    private readonly SnapshotLoading _loading;
    private readonly BlockMeasures _measures;
    private readonly RefusedTensors _refused;
    private readonly ActorSystem _system = Context.System;
    private IActorRef? _moveReplyTo;
    private string _sender = ""; // the node of the gradient that is being taken

    public ParameterBlockActor(JobId job, int index, IActorRef coordinators, NodeWeights nodeWeights, DataPlane plane, ILogger decisions, StoreOutage outage)
    {
        _block = new ParameterBlock(job, index, Random.Shared.NextInt64(1, long.MaxValue), new BlockTimes(), this);
        _coordinator = new CoordinatorLink(job, index, coordinators, decisions);
        _workers = new WorkerLinks(job, index, Context, plane);
        _memory = new WeightsMemory(nodeWeights, job);
        _savings = new SnapshotSavings(new SnapshotStore(Context.System, Self), outage, Self.Path.Name);
        _loading = new SnapshotLoading(Context.System, job, index, Context.GetLogger());
        _measures = new BlockMeasures(job, index);
        _refused = new RefusedTensors(ClusterMeter.BlockRefused, Context.GetLogger(), $"gradients for block {index} of {job}, not from a worker of the job, are dropped");

        // from workers, hot path first
        Receive<PushGradient>(OnPushGradient);
        Receive<GradientArrived>(message =>
        {
            _sender = message.Node;
            OnPushGradient(message.Gradient with { From = _workers.At(message.Node) });
        });
        Receive<StrideEnded>(OnStrideEnded);
        Receive<ConnectBlock>(message => _workers.OnConnect(message, Sender));
        Receive<PeerLost>(message => Lose(link => link.Endpoint.Node == message.Node, $"the connection with its node closed ({message.Reason})"));
        Receive<PeerConnected>(_ => { });
        Receive<Terminated>(message => Lose(link => link.Reference.Equals(message.ActorRef), "its process or actor ended"));
        Receive<Tick>(_ =>
        {
            _block.OnTick(Now);
            GoWhenReleased();
            if (_measures.TakeDue(Now) is { } measured) _coordinator.Tell(measured);
        });

        // from the node
        Receive<MoveBlock>(OnMove);

        // from the coordinator
        Receive<ReleaseBlock>(message =>
        {
            _block.OnRelease(message);
            GoWhenReleased();
        });
        Receive<EndBlock>(OnEnd);

        // from workers and the coordinator: handled by the rule
        Receive<IBlockMessage>(message =>
        {
            if (!_block.TryTake(message, Now)) Unhandled(message);
        });

        // from the store
        Receive<PartsLoaded>(message => _block.OnPartsLoaded(message.Lineage, message.Parts));
        Receive<PartsUnreadable>(message => _block.OnPartsLoadFailed(message.Lineage, message.Reason));
        Receive<PartsDelayed>(OnPartsDelayed);
        Receive<LoadAgain>(message => _loading.AgainAsync(message)?.PipeTo(Self));
        Receive<PartsSealed>(message => _savings.Store(message.Saving));
        Receive<SaveAgain>(message => _savings.Store(message.Saving));
        Receive<SaveSnapshotSuccess>(message => OnSaveAnswered(message.Metadata, null));
        Receive<SaveSnapshotFailure>(message => OnSaveAnswered(message.Metadata, message.Cause.Message));
        Receive<Status.Failure>(message => throw new InvalidOperationException("what the block does beside itself failed", message.Cause));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _system.Scheduler.MonotonicClock;

    public static Props Props(JobId job, int index, IActorRef coordinators, NodeWeights nodeWeights, DataPlane plane, ILogger decisions, StoreOutage outage) =>
        Akka.Actor.Props.Create(() => new ParameterBlockActor(job, index, coordinators, nodeWeights, plane, decisions, outage)).WithDispatcher(StepDispatcher.Path);

    protected override void PreStart()
    {
        _memory.Enter();
        _workers.Open();
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
    }

    /// <summary>
    /// An exception ends this incarnation. The coordinator learns the cause before the next incarnation reports that it has no state.
    /// </summary>
    protected override void PreRestart(Exception reason, object message)
    {
        var failure = FailureCause.Of(reason);
        _block.OnFailed($"block {_block.Index} on {ClusterMembers.NameOfSelf(_system)}: {failure.Text}", failure.IsOutOfMemory);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        _savings.End();
        _workers.Close();
        _block.OnEnd(new EndBlock(_block.Job, _block.Index, long.MaxValue, long.MaxValue)); // releases leases
        _memory.Leave();
    }

    private void OnPushGradient(PushGradient message)
    {
        var (step, began) = (_block.Step, Stopwatch.GetTimestamp());
        _block.TryTake(message, Now);
        if (_block.Step == step + 1) _measures.Record(step, began);
    }

    private void OnStrideEnded(StrideEnded message)
    {
        _measures.Record(message.Stride, message.Clock);
        _block.OnStrideEnded(message.Lineage, Now);
    }

    /// <summary>Workers are gone: reports it to the coordinator at once, so that others take their shards.</summary>
    private void Lose(Func<WorkerLink, bool> isLost, string reason)
    {
        foreach (var left in _workers.Lose(isLost, reason)) _coordinator.Tell(left);
    }

    private void OnEnd(EndBlock message)
    {
        _block.OnEnd(message);
        GoWhenReleased();
        if (_block.IsEmpty) Context.Parent.Tell(new Akka.Cluster.Sharding.Passivate(PoisonPill.Instance));
    }

    private void OnMove(MoveBlock message)
    {
        _moveReplyTo = Sender;
        _block.OnLeave(Now);
        GoWhenReleased();
    }

    /// <summary>Stops when the node hands over the block's Akka shard; answers as before until then.</summary>
    private void GoWhenReleased()
    {
        if (!_block.IsReleased) return;
        _moveReplyTo?.Tell(new BlockMayMove());
        _moveReplyTo = null;
    }

    void IBlockEffects.ToCoordinator(ICoordinatorMessage message) => _coordinator.Tell(message);

    void IBlockEffects.ToWorker(WorkerId worker, IWorkerMessage message) => _workers.Tell(worker, message);

    void IBlockEffects.NoteRefusal(PushGradient gradient) => _refused.Note(_sender, Now);

    void IBlockEffects.PushWeights(WorkerId worker, WeightsUpdated weights) => _workers.Push(worker, weights, _memory);

    Memory<float> IBlockEffects.WeightsBuffer(long lineage, BlockLayout layout, int block, long version) =>
        _memory.Rent(lineage, layout, block, version);

    IStrideLoan? IBlockEffects.OfferStride(WorkerId worker) => _workers.IsHere(worker) && !_memory.IsRead ? new StrideLoan() : null;

    void IBlockEffects.NoteVersion(Memory<float> weights, long version) => _memory.Note(weights, version);

    void IBlockEffects.LoadParts(long lineage, IReadOnlyList<SnapshotPart> parts) => _loading.BeginAsync(lineage, parts).PipeTo(Self);

    private void OnPartsDelayed(PartsDelayed message)
    {
        if (_loading.OnDelayed(message) is { } again) Timers.StartSingleTimer("load-again", again, message.Wanted.Wait);
    }

    void IBlockEffects.CopySnapshot(BlockSnapshot snapshot) => _savings.Copy(snapshot);

    void IBlockEffects.StoreSnapshot(long lineage, long step) => _savings.SealAsync(lineage, step)?.PipeTo(Self);

    void IBlockEffects.ForgetSnapshot(long lineage, long step) => _savings.Forget(lineage, step);

    void IBlockEffects.DeleteParts(IReadOnlyList<SnapshotPart> parts) => _savings.Delete(parts);

    private void OnSaveAnswered(SnapshotMetadata part, string? failure)
    {
        if (_savings.Take(part.PersistenceId, failure) is not { } outcome) return;
        var (lineage, step) = (outcome.Saving.Snapshot.Lineage, outcome.Saving.Snapshot.Step);
        if (outcome.Failure is null)
        {
            _block.OnSnapshotStored(lineage, step, outcome.Stored);
            return;
        }
        _block.OnSnapshotDelayed(lineage, step, outcome.Failure);
        Timers.StartSingleTimer("save-again", new SaveAgain(outcome.Saving), outcome.Saving.NextWait());
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
