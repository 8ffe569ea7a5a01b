using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;
using Distributed.Simulation.Tests.Mistakes;

namespace Distributed.Simulation.Tests.World;

/// <summary>The shell of one parameter block, which checks every step it makes.</summary>
internal sealed class BlockNode : IBlockEffects
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);

    private readonly SimulatedWorld _world;
    private readonly BlockSeat _seat;
    private readonly ParameterBlock _rule;
    private readonly BlockMistakes _mistakes;
    private readonly long _incarnation;
    private readonly NodeClock _clock;
    private readonly Queue<Action> _frozen = new();
    private readonly Dictionary<(int Length, long Parity), float[]> _memory = [];
    private readonly List<Saving> _saving = [];
    private long _lineage;
    private long _step = -1;
    private bool _isFrozen;
    private bool _isInside;
    private bool _isLeaving;
    private bool _isStopped;
    private long _term;
    private bool _mustIgnore; // the message being received is stale: nothing may follow from it
    private (long Lineage, long Step) _held = (-1, -1);
    private SimulatedLoan? _loan; // the last one
    private SimulatedLoan? _loanBefore;
    private long _loading; // the highest lineage it was told to load

    private sealed class Saving(BlockSnapshot snapshot)
    {
        public readonly BlockSnapshot Snapshot = snapshot;
        public bool IsForgotten;
        public bool IsOver;
    }

    public BlockNode(SimulatedWorld world, BlockSeat seat, int block, long incarnation)
    {
        _world = world;
        _seat = seat;
        _incarnation = incarnation;
        _clock = new NodeClock(world.Time, world.Between(0, 1e6));
        _mistakes = new BlockMistakes(world.Mistake, this);
        _rule = _mistakes.Create(world.Job.Id, block, incarnation);
    }

    public long Step => _rule.Step;

    public NodeClock Clock => _clock;

    public void Begin() => Tick();

    public void Stop() => _isStopped = true;

    /// <summary>Its node shuts down: it leaves once released, or at the latest after the shutdown's bound.</summary>
    public void Leave(TimeSpan bound)
    {
        if (_isLeaving) return;
        _isLeaving = true;
        _world.Trace?.Line($"{_seat.Name} LEAVES from step {_rule.Step}");
        Enter(() => _rule.OnLeave(_clock.Now));
        GoWhenReleased();
        _world.Time.After(bound, () =>
        {
            if (!_isStopped) _seat.End(this);
        });
    }

    /// <summary>A gradient for the open step that nobody computed; null while no step is open.</summary>
    public PushGradient? Forge(Random random, IReadOnlyList<WorkerId> from)
    {
        if (_rule.Leaves == 0) return null;
        var node = new ReductionNode(0, _rule.Leaves);
        while (node.Count > 1 && random.Next(2) == 0)
        {
            var left = ReductionTree.LeftCount(node.Count);
            node = random.Next(2) == 0 ? new ReductionNode(node.First, left) : new ReductionNode(node.First + left, node.Count - left);
        }
        var values = new float[_rule.Range.Count];
        foreach (ref var value in values.AsSpan()) value = random.NextSingle() - 0.5f;
        return new PushGradient(_world.Job.Id, _rule.Index, _rule.Lineage, _rule.Step, node, values, new ShardMetrics { Samples = node.Count, Divisor = node.Count }, null)
        {
            Format = _world.Job.Specification.GradientFormat,
            From = from,
        };
    }

    public void Freeze(TimeSpan time)
    {
        _isFrozen = true;
        _world.Time.After(time, () =>
        {
            _isFrozen = false;
            while (_frozen.TryDequeue(out var action)) Enter(action);
        });
    }

    public void Receive(object message) => Enter(() =>
    {
        _world.Trace?.Line($"{_seat.Name} <- {Wording.Of(message)}");
        var term = message.TermOf();
        _mustIgnore = (term > 0 && term < _term) || (message is PushGradient push && push.Lineage != _rule.Lineage) ||
            (message is PushShardHash hash && hash.Lineage != _rule.Lineage);
        if (_loan is { IsTaken: true }) _mustIgnore = false; // whatever comes, a stride may end with it
        _term = Math.Max(_term, term);
        var before = (_rule.Step, _rule.PendingNodes);
        Dispatch(_mistakes.ToRule(message, _term), _clock.Now);
        if (_mustIgnore && before != (_rule.Step, _rule.PendingNodes)) SimulatedWorld.Fail($"{_seat.Name} takes {Wording.Of(message)}, which is of the past");
        _mustIgnore = false;
        Check();
        if (message is EndBlock && _rule.IsEmpty) _seat.End(this);
        else GoWhenReleased();
    });

    public void ToCoordinator(ICoordinatorMessage message)
    {
        Act(message);
        if (message is BlockHeld held) _held = (held.Lineage, held.Step);
        _world.Post.Send(_seat.Name, CoordinatorSeat.Name, message, _world.Coordinators.Deliver);
    }

    public void ToWorker(WorkerId worker, IWorkerMessage message)
    {
        Act(message);
        WorkerNode.Send(_world, _seat.Name, worker, message);
    }

    public void NoteRefusal(PushGradient gradient) => _world.Stranger.Refusals++;

    public void PushWeights(WorkerId worker, WeightsUpdated weights)
    {
        Act(weights);
        if (_held == (weights.Lineage, weights.Step)) SimulatedWorld.Fail($"{_seat.Name} hands out the weights that it withholds");
        WorkerNode.Send(_world, _seat.Name, worker, (IWorkerMessage)_world.Post.Copy(weights));
    }

    /// <summary>Two buffers, used alternately in all lineages: a reader of an older version reads garbage.</summary>
    public Memory<float> WeightsBuffer(long lineage, BlockLayout layout, int block, long version)
    {
        var isLoading = lineage != _rule.Lineage;
        if (_world.Exceptions.Strikes(isLoading ? ThrowingPlace.BlockLoads : ThrowingPlace.BlockSteps, isLoading ? version : version - 1)) throw new InjectedException();
        if (isLoading && _loan is { IsTaken: true, Outcome: null }) _memory.Clear(); // each lineage has its own, and a stride goes on in the older one's
        var key = (layout[block].Count, version & 1);
        if (!_memory.TryGetValue(key, out var memory)) _memory[key] = memory = new float[key.Count];
        memory.AsSpan().Fill(float.NaN);
        return memory;
    }

    public IStrideLoan? OfferStride(WorkerId worker)
    {
        if (!_world.IsTogether || _world.Threads.Next(32) == 0 || _world.Workers.All(node => node.Id != worker)) return null;
        (_loanBefore, _loan) = (_loan, new SimulatedLoan());
        return _loan;
    }

    public void NoteVersion(Memory<float> weights, long version)
    {
        if (!_memory.TryGetValue((weights.Length, version & 1), out var memory) || !weights.Equals(memory.AsMemory()))
            SimulatedWorld.Fail($"{_seat.Name} has version {version} in the memory of another parity");
    }

    public void LoadParts(long lineage, IReadOnlyList<SnapshotPart> parts) => _world.Time.After(_world.Between(1, 60), () =>
    {
        if (_isStopped) return;
        if (!_world.Parts.IsUp)
        {
            LoadParts(lineage, parts);
            return;
        }
        var loaded = _world.Parts.Read(parts, out var reason);
        if (reason == "gone" && lineage == _world.Journal.Mirror.Lineage!.Lineage) SimulatedWorld.Fail("a part of a kept checkpoint is gone");
        Enter(() =>
        {
            if (loaded is not null) _rule.OnPartsLoaded(lineage, _mistakes.ToRule(loaded));
            else _rule.OnPartsLoadFailed(lineage, reason!);
            Check();
        });
    });

    public void CopySnapshot(BlockSnapshot snapshot)
    {
        if (_world.Exceptions.Strikes(ThrowingPlace.BlockSaves, snapshot.Step)) throw new InjectedException();
        _saving.RemoveAll(saving => saving.IsForgotten || saving.IsOver);
        _saving.Add(new Saving(snapshot with { Weights = snapshot.Weights.ToArray(), State = snapshot.State.ToArray() }));
        if (_saving.Count > 2) SimulatedWorld.Fail($"{_seat.Name} holds {_saving.Count} copies: of steps {string.Join(", ", _saving.Select(saving => saving.Snapshot.Step))}");
    }

    public void StoreSnapshot(long lineage, long step)
    {
        var saving = _saving.Find(held => held.Snapshot.Lineage == lineage && held.Snapshot.Step == step && !held.IsForgotten) ??
            throw new SimulationFailure($"{_seat.Name} stores step {step}, of which it holds no copy");
        _world.Time.After(_world.Between(1, 80), () => TrySave(saving));
    }

    public void ForgetSnapshot(long lineage, long step)
    {
        foreach (var saving in _saving)
            if (saving.Snapshot.Lineage == lineage && saving.Snapshot.Step == step) saving.IsForgotten = true;
    }

    public void DeleteParts(IReadOnlyList<SnapshotPart> parts) => _world.DeleteParts(_seat.Name, parts);

    private void TrySave(Saving saving)
    {
        var snapshot = saving.Snapshot;
        if (_isStopped || saving.IsForgotten) return;
        if (!_world.Parts.IsUp)
        {
            Enter(() => _rule.OnSnapshotDelayed(snapshot.Lineage, snapshot.Step, "the store is away"));
            _world.Time.After(_world.Between(100, 500), () => TrySave(saving));
            return;
        }
        int? cut = _world.Random.Next(3) == 0 ? _world.Random.Next(snapshot.Weights.Length) : null;
        var parts = _world.Parts.Write(snapshot, cut);
        _world.Time.After(_world.Between(0.1, 5), () =>
        {
            saving.IsOver = true;
            if (_isStopped && _world.Random.Next(2) == 0)
            {
                _world.Trace?.Line($"the snapshot of step {snapshot.Step} that {_seat.Name} was writing is LOST");
                _world.Parts.Delete(parts); // it died before they were durable
            }
            else if (saving.IsForgotten && !_isStopped) _world.Parts.Delete(parts); // no message named them
            else Enter(() => _rule.OnSnapshotStored(snapshot.Lineage, snapshot.Step, parts));
        });
    }

    private void GoWhenReleased()
    {
        if (_isStopped || !_isLeaving || !_rule.IsReleased) return;
        if (_rule.Step > 0 && _seat.Node == this && !_seat.IsDoubled && _rule.Lineage == _world.Journal.Mirror.Lineage?.Lineage && _world.Journal.Mirror.End is null &&
            !_world.Journal.Mirror.Checkpoints.Any(checkpoint => checkpoint.Step == _rule.Step))
            SimulatedWorld.Fail($"{_seat.Name} is let go at step {_rule.Step}, of which there is no checkpoint");
        _seat.End(this);
    }

    private void Act(object message)
    {
        if (_mustIgnore) SimulatedWorld.Fail($"{_seat.Name} answers the past with {Wording.Of(message)}");
    }

    private void Dispatch(object message, TimeSpan now)
    {
        if (message is LoadBlock load && load.Incarnation == _incarnation && load.Term >= _term) _loading = Math.Max(_loading, load.Lineage);
        if (message is StrideNudge nudge)
        {
            _rule.OnStrideEnded(nudge.Lineage, now);
            return;
        }
        if (message is not IBlockMessage known || !_rule.TryTake(known, now)) throw new SimulationFailure($"{message.GetType().Name} at a block");
    }

    /// <summary>Steps advance one by one, or to the checkpoint of a newer lineage; their results are the oracle's, bit for bit.</summary>
    private void Check()
    {
        if (_rule.Step < 0 || (_rule.Step == _step && _rule.Lineage == _lineage)) return;
        _world.Trace?.Line($"{_seat.Name} is at step {_rule.Step} of L{_rule.Lineage}");
        if (_rule.Lineage == _lineage && _rule.Step != _step + 1 && !HasStridden) SimulatedWorld.Fail($"{_seat.Name} went from step {_step} to {_rule.Step}");
        if (_rule.Lineage < _lineage) SimulatedWorld.Fail($"{_seat.Name} went from lineage {_lineage} to {_rule.Lineage}");
        if (_rule.Lineage > _lineage && _rule.Step != (_world.Journal.Lineages[_rule.Lineage].CheckpointStep ?? 0))
            SimulatedWorld.Fail($"{_seat.Name} begins lineage {_rule.Lineage} at step {_rule.Step}");
        if (_rule.Lineage == _lineage && !_rule.IsAudited && _world.Lies.Contains((_lineage, _step)) && _lineage == _world.Journal.Mirror.Lineage?.Lineage) throw new UnauditedLie();
        if (_rule.Lineage > _lineage) _seat.NoteLoad(_rule.Lineage, this);
        _lineage = _rule.Lineage;
        _step = _rule.Step;
        // The memory of a finished lineage is reused: results of blocks that have not heard of the next one are dropped.
        if (_world.Habits.ByReference && _lineage != _world.Journal.Mirror.Lineage?.Lineage) return;
        if (_world.Oracle.DivergedAt < _step) return;
        if (_step > _world.Oracle.FinalStep) SimulatedWorld.Fail($"{_seat.Name} passed the end of the job");
        var range = _rule.Range;
        if (!Bits.Same(_rule.Weights.Span, _world.Oracle.Weights(_step).AsSpan(range.First, range.Count)))
            SimulatedWorld.Fail($"{_seat.Name} has other weights than the oracle at step {_step} of lineage {_lineage}");
    }

    /// <summary>Whether it stands where a stride ended, or one step on.</summary>
    private bool HasStridden => IsBehind(_loan) || IsBehind(_loanBefore);

    private bool IsBehind(SimulatedLoan? loan) => loan?.Outcome is { } outcome && outcome.Step >= _step && _rule.Step - outcome.Step is 0 or 1;

    private void Tick()
    {
        if (_isStopped) return;
        Enter(() =>
        {
            _rule.OnTick(_clock.Now);
            Check();
            GoWhenReleased();
            if (_rule.PendingNodes > _rule.Leaves) SimulatedWorld.Fail($"{_seat.Name} holds {_rule.PendingNodes} nodes of {_rule.Leaves} leaves");
        });
        _world.Time.After(TickEvery, Tick);
    }

    private void Enter(Action action)
    {
        if (_isStopped) return;
        if (_isFrozen)
        {
            if (_frozen.Count < 10_000) _frozen.Enqueue(action);
            return;
        }
        if (_isInside) SimulatedWorld.Fail("the block is entered from one of its own effects");
        _isInside = true;
        try
        {
            action();
        }
        catch (InjectedException)
        {
            // Only its last message remains; another incarnation starts with the next message.
            _rule.OnFailed(_world.Exceptions.Note(_seat.Name, Math.Max(_rule.Lineage, _loading)), isOutOfMemory: true);
            _seat.End(this);
        }
        _isInside = false;
    }
}
