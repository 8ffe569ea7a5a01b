using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>
/// The shell around one <see cref="ParameterBlock"/>: a Cluster.Sharding entity, K per job. It tracks connected workers, stores and loads snapshots,
/// and stops with its job.
/// </summary>
internal sealed class ParameterBlockActor : ReceiveActor, IWithTimers, IBlockEffects
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstLoadWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestLoadWait = TimeSpan.FromSeconds(5);

    private readonly JobId _job;
    private readonly int _index;
    private readonly IActorRef _coordinators;
    private readonly DataPlane _plane;
    private readonly NodeWeights _nodeWeights;
    private readonly WeightsMemory _memory;
    private readonly ParameterBlock _block;
    private readonly SnapshotSavings _savings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<WorkerId, WorkerLink> _workers = [];
    private readonly ActorSystem _system = Context.System;
    private readonly BlockMeasures _measures;
    private readonly ILogger _decisions;
    private IActorRef? _moveReplyTo;
    private long _toldLineage;
    private long _loadingLineage; // of the most recently requested parts

    /// <summary>A connected worker and its data plane endpoint.</summary>
    private sealed record WorkerLink(IActorRef Reference, DataEndpoint Endpoint);

    public ParameterBlockActor(JobId job, int index, IActorRef coordinators, NodeWeights nodeWeights, DataPlane plane, ILogger decisions, StoreOutage outage)
    {
        _decisions = decisions;
        _job = job;
        _index = index;
        _coordinators = coordinators;
        _plane = plane;
        _measures = new BlockMeasures(job, index);
        _nodeWeights = nodeWeights;
        _memory = new WeightsMemory(nodeWeights, job);
        _savings = new SnapshotSavings(new SnapshotStore(Context.System, Self), outage, Self.Path.Name);
        _block = new ParameterBlock(job, index, Random.Shared.NextInt64(1, long.MaxValue), new BlockTimes(), this);

        // from workers, hot path first
        Receive<PushGradient>(OnPushGradient);
        Receive<ConnectBlock>(OnConnect);
        Receive<PeerLost>(message => Lose(link => link.Endpoint.Node == message.Node, $"the connection with its node closed ({message.Reason})"));
        Receive<PeerConnected>(_ => { });
        Receive<Terminated>(message => Lose(link => link.Reference.Equals(message.ActorRef), "its process or actor ended"));
        Receive<Tick>(_ =>
        {
            _block.OnTick(Now);
            if (_measures.TakeDue(Now) is { } measured) _coordinators.Tell(measured);
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
        Receive<LoadAgain>(OnLoadAgain);
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
        _nodeWeights.Enter(_job);
        _plane.AddBlock(_job, _index, Self);
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
    }

    /// <summary>
    /// An exception ends this incarnation. The coordinator learns the cause before the next incarnation reports that it has no state.
    /// </summary>
    protected override void PreRestart(Exception reason, object message)
    {
        var address = Akka.Cluster.Cluster.Get(_system).SelfAddress;
        var failure = FailureCause.Of(reason);
        _block.OnFailed($"block {_index} on {address.Host}:{address.Port}: {failure.Text}", failure.IsOutOfMemory);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        _savings.End();
        _plane.RemoveBlock(_job, _index, Self);
        _block.OnEnd(new EndBlock(_job, _index, long.MaxValue, long.MaxValue)); // releases leases
        _nodeWeights.Leave(_job);
    }

    private void OnPushGradient(PushGradient message)
    {
        var (step, began) = (_block.Step, Stopwatch.GetTimestamp());
        _block.OnPushGradient(message, Now);
        if (_block.Step == step + 1) _measures.Record(step, began);
    }

    private void OnConnect(ConnectBlock message)
    {
        if (_workers.TryGetValue(message.Worker, out var before)) Context.Unwatch(before.Reference);
        _workers[message.Worker] = new WorkerLink(Context.Watch(Sender), message.Endpoint);
        Sender.Tell(new BlockConnected(_job, _index, _plane.Endpoint));
    }

    /// <summary>Workers are gone: reports it to the coordinator at once, so that others take their shards.</summary>
    private void Lose(Func<WorkerLink, bool> isLost, string reason)
    {
        foreach (var (worker, link) in _workers.Where(pair => isLost(pair.Value)).ToList())
        {
            Context.Unwatch(link.Reference);
            _workers.Remove(worker);
            _coordinators.Tell(new WorkerLeft(_job, worker, reason));
        }
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

    void IBlockEffects.ToCoordinator(ICoordinatorMessage message)
    {
        _coordinators.Tell(message);
        if (message is not BlockState { Lineage: var lineage } || lineage <= _toldLineage) return;
        _toldLineage = lineage;
        _decisions.LogInformation("job {Job}: block {Block} of lineage {Lineage} is here", _job, _index, lineage);
    }

    void IBlockEffects.ToWorker(WorkerId worker, IWorkerMessage message)
    {
        if (_workers.TryGetValue(worker, out var link)) link.Reference.Tell(message);
    }

    void IBlockEffects.PushWeights(WorkerId worker, WeightsUpdated weights)
    {
        if (!_workers.TryGetValue(worker, out var link)) return;
        if (_plane.IsHere(link.Endpoint)) link.Reference.Tell(weights);
        else _plane.Send(link.Endpoint.Node, worker, weights, _memory.Read(weights.Step));
    }

    Memory<float> IBlockEffects.WeightsBuffer(long lineage, BlockLayout layout, int block, long version) =>
        _memory.Rent(lineage, layout, block, version);

    void IBlockEffects.LoadParts(long lineage, IReadOnlyList<SnapshotPart> parts)
    {
        _loadingLineage = lineage;
        LoadAsync(_system, new WantedParts(lineage, parts, FirstLoadWait)).PipeTo(Self);
    }

    private static async Task<object> LoadAsync(ActorSystem system, WantedParts wanted)
    {
        try
        {
            return new PartsLoaded(wanted.Lineage, await SnapshotStore.LoadAsync(system, wanted.Parts).ConfigureAwait(false));
        }
        catch (SnapshotUnreadableException e)
        {
            return new PartsUnreadable(wanted.Lineage, e.Message);
        }
        catch (Exception e) when (e is SnapshotStoreUnavailableException or AskTimeoutException)
        {
            return new PartsDelayed(wanted, e.Message);
        }
    }

    /// <summary>Retries a store that does not answer for as long as the block lives; the coordinator waits and reports it.</summary>
    private void OnPartsDelayed(PartsDelayed message)
    {
        var wanted = message.Wanted;
        if (wanted.Lineage != _loadingLineage) return; // another lineage is loading by now
        _log.Warning("block {0} of {1}: {2}; trying again", _index, _job, message.Reason);
        Timers.StartSingleTimer("load-again", new LoadAgain(wanted with { Wait = wanted.Wait * 2 < LongestLoadWait ? wanted.Wait * 2 : LongestLoadWait }), wanted.Wait);
    }

    private void OnLoadAgain(LoadAgain message)
    {
        if (message.Wanted.Lineage == _loadingLineage) LoadAsync(_system, message.Wanted).PipeTo(Self);
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

    private sealed record PartsLoaded(long Lineage, IReadOnlyList<LoadedPart> Parts);

    private sealed record PartsUnreadable(long Lineage, string Reason);

    /// <summary>The parts of the checkpoint from which a lineage begins.</summary>
    /// <param name="Lineage">The lineage.</param>
    /// <param name="Parts">The parts.</param>
    /// <param name="Wait">The delay before they are requested again.</param>
    private sealed record WantedParts(long Lineage, IReadOnlyList<SnapshotPart> Parts, TimeSpan Wait);

    private sealed record PartsDelayed(WantedParts Wanted, string Reason);

    private sealed record LoadAgain(WantedParts Wanted);
}
