using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;
using Distributed.Simulation.Tests.Mistakes;

namespace Distributed.Simulation.Tests.World;

/// <summary>The shell of one coordinator: carries out what the rule asks for, with everything that can go wrong.</summary>
internal sealed class CoordinatorNode : ICoordinatorEffects
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);

    private readonly SimulatedWorld _world;
    private readonly CoordinatorSeat _seat;
    private readonly NodeClock _clock;
    private readonly CoordinatorDesk _desk;
    private readonly TrainingRun _run;
    private readonly Queue<Action> _frozen = new();
    private int _sequence;
    private bool _isFrozen;
    private bool _isInside;
    private bool _persisting;

    public CoordinatorNode(SimulatedWorld world, CoordinatorSeat seat, JobHistory history)
    {
        _world = world;
        _seat = seat;
        _clock = new NodeClock(world.Time, world.Between(0, 1e6));
        _sequence = world.Journal.Count;
        var times = world.Habits.CoordinatorTimes with { ReplanEvery = world.Habits.ReplanEvery, SpeedStaleAfter = world.Habits.ReplanEvery * 3 };
        _desk = CoordinatorMistakes.Desk(world.Mistake, this);
        _run = new TrainingRun(world.Job.Id, history, times, _desk, _desk.Order);
    }

    public bool IsStopped { get; private set; }

    public bool HasFinished { get; private set; }

    public NodeClock Clock => _clock;

    public JobId Job => _world.Job.Id;

    public EpochPlan Plan => _world.Job.Plan;

    public JobHistory History => _run.History;

    public JobStatus Status => _run.StatusAt(_clock.Now);

    public void Begin()
    {
        foreach (var worker in _world.Workers) Announce(worker);
        Tick();
    }

    public void Stop() => IsStopped = true;

    public void Freeze(TimeSpan time)
    {
        _isFrozen = true;
        _world.Time.After(time, () =>
        {
            _isFrozen = false;
            while (_frozen.TryDequeue(out var action)) Enter(action);
        });
    }

    /// <summary>Membership reports a worker.</summary>
    public void Announce(WorkerNode worker) => _world.Time.After(_world.Habits.Latency, () =>
    {
        if (worker.IsMember) Enter(() => _run.OnWorkerUp(worker.Id, _clock.Now));
    });

    public void Receive(object message) => Enter(() =>
    {
        _world.Trace?.Line($"{CoordinatorSeat.Name} <- {Wording.Of(message)}");
        foreach (var heard in _desk.Incoming(message)) Dispatch(heard, _clock.Now);
    });

    /// <summary>Enters the rule a moment later.</summary>
    public void Soon(Action<TrainingRun, TimeSpan> action) => _world.Time.After(TimeSpan.Zero, () => Enter(() => action(_run, _clock.Now)));

    public bool BlocksAreHere => _world.Habits.GoesAhead;

    public void Persist(JournalEvent journalEvent) => Persist([journalEvent], () => _desk.Written(_run, journalEvent, _clock.Now));

    public void PersistEpochs(IReadOnlyList<EpochDecided> epochs)
    {
        if (epochs.Count is 0 or > 64) SimulatedWorld.Fail($"a run of {epochs.Count} epochs");
        Persist(epochs, () => _run.OnEpochsPersisted(_clock.Now));
    }

    public void ToBlock(IBlockMessage message)
    {
        NoteTerm(message);
        var seat = _world.Blocks[message.Block];
        _world.Post.Send(CoordinatorSeat.Name, seat.Name, message, seat.Deliver);
    }

    public void ToWorker(WorkerId worker, IWorkerMessage message)
    {
        NoteTerm(message);
        if (message is not LeaveJob && _run.History.ExclusionOf(worker) is not null) SimulatedWorld.Fail($"{worker} is excluded and hears {Wording.Of(message)}");
        WorkerNode.Send(_world, CoordinatorSeat.Name, worker, message);
    }

    public void Publish(JobEvent jobEvent) =>
        _world.Post.SendPlainly(CoordinatorSeat.Name, "client", jobEvent, message => _world.Client.Hear((JobEvent)message));

    public void DeleteParts(IReadOnlyList<SnapshotPart> parts) => _world.DeleteParts(CoordinatorSeat.Name, parts);

    public void SweepParts(PartsSweep sweep) => _world.Time.After(_world.Between(1, 50), () =>
    {
        if (!IsStopped && _world.Parts.IsUp) _world.DeleteParts($"{CoordinatorSeat.Name}'s sweep", _world.Parts.Orphans(sweep));
    });

    public void Finish()
    {
        HasFinished = true;
        _world.Time.After(_world.Between(0, 20), () => _seat.Stop(this, TimeSpan.Zero));
    }

    private void Persist(IReadOnlyList<JournalEvent> rows, Action written)
    {
        if (_persisting) SimulatedWorld.Fail("two decisions at once");
        _persisting = true;
        foreach (var row in rows) _world.Trace?.Line($"{CoordinatorSeat.Name} decides {Wording.Of(row)}");
        _world.Time.After(_world.Between(0.5, _world.Habits.JournalTime), () => Write(rows, written));
    }

    /// <summary>Writes all rows or none.</summary>
    private void Write(IReadOnlyList<JournalEvent> rows, Action written)
    {
        if (IsStopped) return; // it died before the row was written
        if (!_world.Journal.IsUp)
        {
            _world.Time.After(_world.Between(50, 400), () => Write(rows, written));
            return;
        }
        if (_sequence != _world.Journal.Count)
        {
            _world.Trace?.Line($"{CoordinatorSeat.Name} finds that another one writes, and ends");
            _seat.Stop(this, _world.Between(10, 500));
            return;
        }
        foreach (var row in rows)
        {
            _world.Journal.Append(row);
            _sequence++;
            _world.Trace?.Line($"journal {_sequence}: {Wording.Of(row)}");
        }
        _world.Time.After(_world.Between(0.1, 5), () => Enter(() =>
        {
            _persisting = false;
            written();
        }));
    }

    private void Dispatch(object message, TimeSpan now)
    {
        if (message is StepsProgressed progressed) CheckTotals(progressed);
        if (message is not ICoordinatorMessage known || !_run.TryTake(known, now)) throw new SimulationFailure($"{message.GetType().Name} at the coordinator");
    }

    /// <summary>Every shard of every step of the epoch was counted once: the sums are the oracle's, bit for bit.</summary>
    private void CheckTotals(StepsProgressed message)
    {
        if (message.Lineage != _world.Journal.Mirror.Lineage?.Lineage || message.Step == 0 || message.Step > _world.Oracle.FinalStep) return;
        var expected = _world.Oracle.Totals(message.Step);
        if (message.Totals != expected) SimulatedWorld.Fail($"the totals after step {message.Step} are {message.Totals} instead of {expected}");
    }

    private void NoteTerm(object message)
    {
        _seat.NoteTerm(message.TermOf(), this);
    }

    private void Tick()
    {
        if (IsStopped) return;
        Enter(() => _run.OnTick(_clock.Now));
        if (_world.Random.Next(40) == 0)
            foreach (var worker in _world.Workers) Announce(worker);
        _world.Time.After(TickEvery, Tick);
    }

    private void Enter(Action action)
    {
        if (IsStopped) return;
        if (_isFrozen)
        {
            if (_frozen.Count < 10_000) _frozen.Enqueue(action);
            return;
        }
        if (_isInside) SimulatedWorld.Fail("the run is entered from one of its own effects");
        _isInside = true;
        action();
        _isInside = false;
    }
}
