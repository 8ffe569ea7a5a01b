using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Measures;
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
/// The shell round one <see cref="ParameterBlock"/>: an entity of Cluster.Sharding, K per job. It knows the references of the workers that
/// connected, stores and loads snapshots, and ends itself with its job.
/// </summary>
internal sealed class ParameterServerActor : ReceiveActor, IWithTimers, IBlockEffects
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(1);

    private readonly JobId _job;
    private readonly int _index;
    private readonly IActorRef _coordinators;
    private readonly DataPlane _plane;
    private readonly WeightsArena _arena;
    private readonly CancellationTokenSource _life = new();
    private readonly WeightsMemory _memory;
    private readonly ParameterBlock _block;
    private readonly SnapshotVault _vault;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<WorkerId, WorkerLink> _workers = [];
    private readonly ActorSystem _system = Context.System;
    private readonly StepTimes _times;
    private readonly SnapshotCopies _copies = new();
    private readonly ILogger _decisions;
    private readonly StoreOutage _outage;
    private readonly List<SnapshotSaving> _held = []; // at most two: one on its way into the store, one in memory alone
    private IActorRef? _moveReplyTo;
    private long _toldLineage;
    private TimeSpan _measureAt;
    private long _measured; // steps that the last measures told of

    /// <summary>A worker that connected, and its node on the data plane.</summary>
    private sealed record WorkerLink(IActorRef Reference, DataEndpoint Endpoint);

    public ParameterServerActor(JobId job, int index, IActorRef coordinators, WeightsArena arena, DataPlane plane, ILogger decisions, StoreOutage outage)
    {
        _decisions = decisions;
        _outage = outage;
        _job = job;
        _index = index;
        _coordinators = coordinators;
        _plane = plane;
        _times = StepTimes.OfBlock(job, index);
        _arena = arena;
        _memory = new WeightsMemory(arena, job);
        _vault = new SnapshotVault(Context.System, Self);
        _block = new ParameterBlock(job, index, Random.Shared.NextInt64(1, long.MaxValue), new BlockTimes(), this);

        // from workers, on the hot path first
        Receive<PushGradient>(OnPushGradient);
        Receive<GetWeights>(_block.OnGetWeights);
        Receive<PushShardHash>(message => _block.OnPushShardHash(message, Now));
        Receive<PushEvaluation>(message => _block.OnPushEvaluation(message, Now));
        Receive<ConnectBlock>(OnConnect);
        Receive<PeerLost>(message => Lose(link => link.Endpoint.Node == message.Node, $"the connection with its node closed ({message.Reason})"));
        Receive<PeerConnected>(_ => { });
        Receive<Terminated>(message => Lose(link => link.Reference.Equals(message.ActorRef), "its process or actor ended"));
        Receive<Tick>(_ =>
        {
            _block.OnTick(Now);
            TellTimes();
        });

        // from the node
        Receive<MoveBlock>(OnMove);

        // from the coordinator
        Receive<GetBlockState>(_block.OnGetBlockState);
        Receive<LoadBlock>(_block.OnLoadBlock);
        Receive<AssignBlock>(_block.OnAssign);
        Receive<OpenBlockEpoch>(message => _block.OnOpenEpoch(message, Now));
        Receive<OpenCheckpoint>(_block.OnOpenCheckpoint);
        Receive<CloseCheckpoint>(_block.OnCloseCheckpoint);
        Receive<HoldBlock>(_block.OnHold);
        Receive<ReleaseBlock>(message =>
        {
            _block.OnRelease(message);
            GoWhenReleased();
        });
        Receive<EndBlock>(OnEnd);

        // from the store
        Receive<PartsLoaded>(message => _block.OnPartsLoaded(message.Lineage, message.Parts));
        Receive<PartsUnreadable>(message => _block.OnPartsLoadFailed(message.Lineage, message.Reason));
        Receive<PartsSealed>(OnSealed);
        Receive<SaveAgain>(message => StartSaving(message.Saving));
        Receive<Status.Failure>(message => throw new InvalidOperationException("what the block does beside itself failed", message.Cause));
        ReceiveAny(message =>
        {
            if (!_vault.OnResponse(message)) Unhandled(message);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _system.Scheduler.MonotonicClock;

    public static Props Props(JobId job, int index, IActorRef coordinators, WeightsArena arena, DataPlane plane, ILogger decisions, StoreOutage outage) =>
        Akka.Actor.Props.Create(() => new ParameterServerActor(job, index, coordinators, arena, plane, decisions, outage)).WithDispatcher(StepDispatcher.Path);

    protected override void PreStart()
    {
        _arena.Enter(_job);
        _plane.AddBlock(_job, _index, Self);
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
    }

    /// <summary>An exception ends this incarnation; the coordinator hears why before the next one says that it has no state.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        var address = Akka.Cluster.Cluster.Get(_system).SelfAddress;
        var failure = FailureCause.Of(reason);
        _block.OnFailed($"block {_index} on {address.Host}:{address.Port}: {failure.Text}", failure.IsOutOfMemory);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        _life.Cancel();
        _life.Dispose();
        _outage.Forget(Self.Path.Name);
        _plane.RemoveBlock(_job, _index, Self);
        _block.OnEnd(new EndBlock(_job, _index, long.MaxValue, long.MaxValue)); // gives back what is leased
        _arena.Leave(_job);
    }

    private void OnPushGradient(PushGradient message)
    {
        var (step, began) = (_block.Step, Stopwatch.GetTimestamp());
        _block.OnPushGradient(message, Now);
        if (_block.Step == step + 1) _times.Record(step, began);
    }

    private void TellTimes()
    {
        if (Now < _measureAt || _times.Count == _measured) return;
        (_measureAt, _measured) = (Now + MeasureInterval, _times.Count);
        _coordinators.Tell(new BlockMeasured(_job, _index, _times.Work, _times.Wait));
    }

    private void OnConnect(ConnectBlock message)
    {
        if (_workers.TryGetValue(message.Worker, out var before)) Context.Unwatch(before.Reference);
        _workers[message.Worker] = new WorkerLink(Context.Watch(Sender), message.Endpoint);
        Sender.Tell(new BlockConnected(_job, _index, _plane.Endpoint));
    }

    /// <summary>Workers are gone: the coordinator hears of it at once, so that others take their shards.</summary>
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

    /// <summary>The node takes the block away when it hands over its Akka shards; until then it answers as before.</summary>
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

    void IBlockEffects.LoadParts(long lineage, IReadOnlyList<SnapshotPart> parts) =>
        LoadAsync(lineage, parts).PipeTo(Self);

    private async Task<object> LoadAsync(long lineage, IReadOnlyList<SnapshotPart> parts)
    {
        // A store that does not answer is asked again, as long as the block lives: the coordinator waits and says so.
        var alive = _life.Token;
        for (var wait = TimeSpan.FromMilliseconds(200); ; wait = wait < TimeSpan.FromSeconds(5) ? wait * 2 : wait)
        {
            try
            {
                return new PartsLoaded(lineage, await SnapshotVault.LoadAsync(_system, parts).ConfigureAwait(false));
            }
            catch (SnapshotUnreadableException e)
            {
                return new PartsUnreadable(lineage, e.Message);
            }
            catch (Exception e) when (e is SnapshotStoreUnavailableException or AskTimeoutException)
            {
                _log.Warning("block {0} of {1}: {2}; trying again", _index, _job, e.Message);
                await Task.Delay(wait, alive).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (alive.IsCancellationRequested) return new PartsUnreadable(lineage, "the block has ended"); // nobody hears it
            }
        }
    }

    void IBlockEffects.CopySnapshot(BlockSnapshot snapshot) => _held.Add(new SnapshotSaving(snapshot, _copies, OnStored, OnSaveFailed));

    void IBlockEffects.StoreSnapshot(long lineage, long step) => Held(lineage, step)?.SealAsync().PipeTo(Self);

    void IBlockEffects.ForgetSnapshot(long lineage, long step)
    {
        if (Held(lineage, step) is not { } saving) return;
        _held.Remove(saving);
        if (saving.HasBegun) _outage.Forget(Self.Path.Name); // its memory is freed when its task or the store answers
        else saving.Free();
    }

    private SnapshotSaving? Held(long lineage, long step) => _held.Find(saving => saving.Snapshot.Lineage == lineage && saving.Snapshot.Step == step);

    void IBlockEffects.DeleteParts(IReadOnlyList<SnapshotPart> parts) => _vault.Delete(parts);

    private void OnSealed(PartsSealed message) => StartSaving(message.Saving);

    private void StartSaving(SnapshotSaving saving)
    {
        if (_held.Contains(saving)) saving.Store(_vault);
        else saving.Free(); // forgotten meanwhile
    }

    private void OnStored(SnapshotSaving saving, IReadOnlyList<SnapshotPart> parts)
    {
        saving.Free();
        _outage.Worked(Self.Path.Name);
        if (!_held.Remove(saving))
        {
            _vault.Delete(parts);
            return;
        }
        _block.OnSnapshotStored(saving.Snapshot.Lineage, saving.Snapshot.Step, parts);
    }

    private void OnSaveFailed(SnapshotSaving saving, IReadOnlyList<SnapshotPart> stored, string reason)
    {
        _vault.Delete(stored);
        if (!_held.Contains(saving))
        {
            saving.Free();
            _outage.Forget(Self.Path.Name);
            return;
        }
        _outage.Failed(Self.Path.Name, reason);
        _block.OnSnapshotDelayed(saving.Snapshot.Lineage, saving.Snapshot.Step, reason);
        Timers.StartSingleTimer("save-again", new SaveAgain(saving), saving.NextWait());
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed record PartsLoaded(long Lineage, IReadOnlyList<LoadedPart> Parts);

    private sealed record PartsUnreadable(long Lineage, string Reason);

    private sealed record SaveAgain(SnapshotSaving Saving);
}
