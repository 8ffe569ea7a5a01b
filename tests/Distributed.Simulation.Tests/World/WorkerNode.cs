using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;
using Distributed.Protocol.Workers;
using Distributed.Simulation.Tests.Mistakes;

namespace Distributed.Simulation.Tests.World;

/// <summary>The shell of one worker: prepares, computes with one thread, keeps its gradients in reused memory.</summary>
internal sealed class WorkerNode(SimulatedWorld world, WorkerId id) : IWorkerEffects
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);

    private readonly NodeClock _clock = new(world.Time, world.Between(0, 1e6));
    private readonly Queue<Action> _frozen = new();
    private readonly Queue<Work> _work = new();
    private readonly ShardThreads _threads = new(world);
    private WorkLedger? _ledger;
    private WorkerMistakes? _mistakes; // of the current ledger
    private JoinJob? _joined;
    private WorkerFailed? _failed; // kept until the job asks again
    private bool _isReady;
    private TimeSpan _measureAt;
    private bool _isWorking;
    private (WorkLedger Ledger, WorkerStride Stride)? _striding;
    private bool _isFrozen;
    private bool _isInside;
    private bool _mustIgnore; // the message being received is stale: nothing may follow from it

    private sealed record Work(WorkLedger Ledger, long Lineage, long Step, int Epoch, IndexRange Run, WeightsView Weights)
    {
        public bool IsAbandoned { get; set; }
    }

    public WorkerId Id => id;

    public string Name => id.Value;

    public NodeClock Clock => _clock;

    /// <summary>Whether the cluster's members list it.</summary>
    public bool IsMember { get; private set; } = true;

    public bool IsStopped { get; private set; }

    public bool IsFrozen => _isFrozen;

    /// <summary>Whether its compute threads stop at the next step boundary: the ledger that they work for is closed.</summary>
    public bool StopsStriding => _striding is { } striding && striding.Ledger != _ledger;

    /// <summary>Factor by which it is slower than the others.</summary>
    public double Slowness { get; set; } = 1;

    public static void Send(SimulatedWorld world, string from, WorkerId to, IWorkerMessage message) =>
        world.Post.Send(from, to.Value, message, m =>
        {
            if (world.Workers.Find(worker => worker.Id == to) is { } worker) worker.Receive((IWorkerMessage)m);
            else (m as WeightsUpdated)?.Lease?.Dispose();
        });

    public void Begin()
    {
        world.Coordinators.Current?.Announce(this);
        Tick();
    }

    public void Crash(TimeSpan noticed)
    {
        world.Trace?.Line($"{Name} CRASHES");
        Stop();
        world.Time.After(noticed, Leave);
    }

    /// <summary>Announces its departure, and is gone a little later.</summary>
    public void LeaveGracefully()
    {
        world.Trace?.Line($"{Name} LEAVES");
        ToCoordinator(new WorkerLeft(world.Job.Id, id, "leaves"));
        IsMember = false;
        world.Time.After(TimeSpan.FromMilliseconds(300), () =>
        {
            Stop();
            Leave();
        });
    }

    public void Freeze(TimeSpan time)
    {
        _isFrozen = true;
        world.Trace?.Line($"{Name} FREEZES for {time.TotalMilliseconds:F0} ms");
        world.Time.After(time, () =>
        {
            _isFrozen = false;
            world.Trace?.Line($"{Name} goes on");
            while (_frozen.TryDequeue(out var action)) Enter(action);
        });
    }

    public void Receive(IWorkerMessage message) => Enter(() =>
    {
        world.Trace?.Line($"{Name} <- {Wording.Of(message)}");
        _mustIgnore = _ledger is { } ledger &&
            (message is WeightsUpdated weights ? weights.Lineage < ledger.Lineage : message is not JoinJob && message.TermOf() is > 0 and var term && term < ledger.Term);
        var before = _ledger?.Version;
        Dispatch(message, _clock.Now);
        if (_mustIgnore && _ledger?.Version != before) SimulatedWorld.Fail($"{Name} takes {Wording.Of(message)}, which is of the past");
        _mustIgnore = false;
        Check();
    });

    public void ToCoordinator(ICoordinatorMessage message)
    {
        if (_mustIgnore) SimulatedWorld.Fail($"{Name} answers the past with {Wording.Of(message)}");
        world.Post.Send(Name, CoordinatorSeat.Name, message, world.Coordinators.Deliver);
    }

    public void ToBlock(IBlockMessage message)
    {
        var seat = world.Blocks[message.Block];
        world.Post.Send(Name, seat.Name, message, seat.Deliver);
    }

    public void PushGradient(PushGradient gradient) => ToBlock((IBlockMessage)world.Post.Copy(gradient));

    public void Compute(long lineage, long step, IndexRange run, WeightsView weights) => Enqueue(new Work(_ledger!, lineage, step, -1, run, weights));

    public void Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) => Enqueue(new Work(_ledger!, lineage, -1, epoch, run, weights));

    public bool TryStride(long lineage, IReadOnlyList<StrideOffer> offers)
    {
        if (_striding is not null) return false; // the threads have not ended the last one
        if (offers.Any(offer => offer.From != offers[0].From)) SimulatedWorld.Fail($"{Name} is offered strides from several steps");
        if (!StrideOffer.TryTakeAll(offers)) return false;
        var stride = new WorkerStride(world, this, lineage, offers);
        _striding = (_ledger!, stride);
        world.Trace?.Line($"{Name} strides from {stride.From} of L{lineage}");
        world.Time.After(TimeSpan.Zero, stride.Begin);
        return true;
    }

    /// <summary>A stride's threads have given the memory back.</summary>
    public void EndStride(WorkerStride stride)
    {
        var ledger = _striding!.Value.Ledger;
        _striding = null;
        foreach (var seat in world.Blocks.Take(world.Journal.Mirror.Lineage?.Blocks ?? 0))
            world.Post.Send(Name, seat.Name, new StrideNudge(stride.Lineage), seat.Deliver);
        world.Time.After(TimeSpan.Zero, () => Enter(() =>
        {
            if (_ledger == ledger) ledger.OnStrideEnded(stride.Lineage, stride.From, stride.Step, _clock.Now);
        }));
    }

    /// <summary>Whether a compute thread throws in this step of a stride.</summary>
    public bool ThrowsInStride(long step)
    {
        if (IsStopped || StopsStriding || !world.Exceptions.Strikes(ThrowingPlace.WorkerComputes, step, id)) return false;
        world.Time.After(TimeSpan.Zero, () => Enter(() =>
        {
            if (_joined is not null) Throw();
        }));
        return true;
    }

    /// <summary>Runs what a compute thread does: it goes on when the actor is gone, and stands still when the process does.</summary>
    public void EnterThread(Action action)
    {
        if (_isFrozen && !IsStopped) world.Time.After(TimeSpan.FromMilliseconds(10), () => EnterThread(action));
        else action();
    }

    public void AbandonBefore(long lineage, long version)
    {
        foreach (var work in _work)
            if (work.Lineage != lineage || work.Weights.Version < version) work.IsAbandoned = world.Random.Next(2) == 0;
    }

    public void Release(IComputedNode node) => _threads.Release((ComputedNode)node);

    private void Stop()
    {
        IsStopped = true;
        world.Workers.Remove(this);
    }

    private void Leave()
    {
        IsMember = false;
        if (world.Coordinators.Current is { } coordinator) coordinator.Receive(new WorkerLeft(world.Job.Id, id, "gone"));
    }

    private void Dispatch(IWorkerMessage message, TimeSpan now)
    {
        switch (message)
        {
            case JoinJob m: Join(m); return;
            case LeaveJob m:
                if (m.Term >= (_joined?.Term ?? 0) && m.Lineage >= (_joined?.Lineage ?? 0)) CloseLedger();
                return;
        }
        if (_ledger is not { } ledger)
        {
            (message as WeightsUpdated)?.Lease?.Dispose();
            if (message is AssignWorker assign && _failed?.Lineage == assign.Lineage) ToCoordinator(_failed); // its report was lost
            return;
        }
        if (!ledger.TryTake(_mistakes!.ToLedger(message, ledger), now)) throw new SimulationFailure($"{message.GetType().Name} at a worker");
    }

    /// <summary>Data and connections take time; a different number of blocks needs a new ledger.</summary>
    private void Join(JoinJob message)
    {
        if (_joined is { } last && (message.Term < last.Term || message.Lineage < last.Lineage)) return;
        // A shell may keep its ledger across a rewind, or create a new one for each lineage.
        var isNew = _ledger is null || _joined!.Blocks != message.Blocks || (_joined.Lineage < message.Lineage && world.Habits.NewLedgers);
        _joined = message;
        if (isNew)
        {
            CloseLedger();
            _joined = message;
            _isReady = false;
            _failed = null;
            if (world.Exceptions.Strikes(ThrowingPlace.WorkerJoins, world.Journal.Mirror.Latest?.Step ?? 0, id))
            {
                Throw();
                return;
            }
            _mistakes = new WorkerMistakes(world.Mistake, this);
            _ledger = new WorkLedger(world.Job.Id, id, message.Specification, message.Blocks, new WorkerTimes(), _mistakes);
            if (world.Random.Next(20) == 0) ToCoordinator(new WorkerRefused(world.Job.Id, id, "the data is not here yet"));
            world.Time.After(world.Between(1, 200), () => Enter(() =>
            {
                _isReady = true;
                if (_joined is { } joined) ToCoordinator(new WorkerReady(world.Job.Id, id, joined.Lineage));
            }));
        }
        else if (_isReady) ToCoordinator(new WorkerReady(world.Job.Id, id, message.Lineage));
    }

    /// <summary>Its work on the job ends in an exception; the coordinator asks it to rejoin when it next finds it.</summary>
    private void Throw()
    {
        var lineage = _joined!.Lineage;
        (_ledger, _joined) = (null, null);
        _threads.Abandon(); // memory in transit to blocks is never reused: the next ledger has its own
        _failed = new WorkerFailed(world.Job.Id, id, world.Exceptions.Count, lineage, world.Exceptions.Note(Name, lineage), IsOutOfMemory: true);
        ToCoordinator(_failed);
    }

    private void CloseLedger()
    {
        _ledger?.Close();
        _ledger = null;
        _joined = null;
    }

    private void Enqueue(Work work)
    {
        _work.Enqueue(work);
        if (_work.Count > 200) SimulatedWorld.Fail($"{Name} has {_work.Count} runs under way");
        if (!_isWorking) Next();
    }

    private void Next()
    {
        while (_work.TryPeek(out var next) && next.IsAbandoned) _work.Dequeue();
        _isWorking = _work.TryPeek(out var work);
        if (!_isWorking) return;
        // The compute threads read the weights at any moment between start and end.
        var early = world.Random.Next(2) == 0 ? Flatten(work!.Weights) : null;
        var time = world.Habits.ShardTime * (work!.Run.Count * Slowness * (0.5 + world.Random.NextDouble()));
        if (work.Step >= 0) Measure(work.Run.Count, time);
        world.Time.After(time, () => Enter(() => Complete(work, early)));
    }

    private void Complete(Work work, float[]? weights)
    {
        _work.Dequeue();
        if (work.Ledger == _ledger && world.Exceptions.Strikes(ThrowingPlace.WorkerComputes, work.Weights.Version, id))
        {
            Throw();
            Next();
            return;
        }
        weights ??= Flatten(work.Weights);
        world.Mathematics.Use(weights);
        if (work.Step < 0)
        {
            foreach (var (node, metrics) in _threads.Evaluate(work.Run, weights))
                if (work.Ledger == _ledger) _ledger.OnNodeEvaluated(work.Lineage, work.Epoch, node, metrics);
        }
        else
        {
            foreach (var computed in _threads.Train(work.Step, work.Run, weights, See))
            {
                if (work.Ledger == _ledger) _ledger.OnNodeComputed(work.Lineage, work.Step, _mistakes!.ToLedger(computed));
                else Release(computed);
            }
        }
        Check();
        Next();

        void See(ReductionNode leaf, float[] gradient)
        {
            if (id == world.Liar && work.Step >= world.Audits.LiesFrom) Lie(work, leaf, gradient);
        }
    }

    /// <summary>One wrong number, always the same, that every gradient format can represent.</summary>
    private void Lie(Work work, ReductionNode node, float[] gradient)
    {
        ref var value = ref gradient[(int)((work.Step + node.First) % gradient.Length)];
        value = value == 1 ? 2 : 1;
        world.Lies.Add((work.Lineage, work.Step));
        world.Trace?.Line($"{Name} LIES about {node} of step {work.Step}");
    }

    private void Measure(int shards, TimeSpan time)
    {
        if (_clock.Now < _measureAt || time <= TimeSpan.Zero) return;
        _measureAt = _clock.Now + world.Habits.MeasureEvery;
        ToCoordinator(new WorkerMeasured(world.Job.Id, id, shards / time.TotalSeconds));
    }

    private float[] Flatten(WeightsView view)
    {
        var weights = new float[world.Mathematics.ParameterCount];
        var at = 0;
        foreach (var slice in view.Slices)
        {
            slice.Span.CopyTo(weights.AsSpan(at));
            at += slice.Length;
        }
        if (at != weights.Length) SimulatedWorld.Fail($"{Name} computes with {at} of {weights.Length} weights");
        return weights;
    }

    private void Check()
    {
        if (_ledger is { Version: >= 0 } ledger && ledger.Version < world.Job.Plan.TotalSteps &&
            ledger.KeptNodes > world.Job.Plan.ShardCount(ledger.Version))
            SimulatedWorld.Fail($"{Name} keeps {ledger.KeptNodes} nodes");
    }

    private void Tick()
    {
        if (IsStopped) return;
        Enter(() => _ledger?.OnTick(_clock.Now));
        world.Time.After(TickEvery, Tick);
    }

    private void Enter(Action action)
    {
        if (IsStopped) return;
        if (_isFrozen)
        {
            if (_frozen.Count < 10_000) _frozen.Enqueue(action);
            return;
        }
        if (_isInside) SimulatedWorld.Fail("the ledger is entered from one of its own effects");
        _isInside = true;
        action();
        _isInside = false;
    }
}
