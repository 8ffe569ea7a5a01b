using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;

namespace Distributed.Simulation.Tests.World;

/// <summary>Who has a block's memory, in a process that both sides share.</summary>
internal sealed class SimulatedLoan : IStrideLoan
{
    private bool _isWithdrawn;

    public bool IsTaken { get; private set; }

    public bool IsRecalled { get; private set; }

    public StrideOutcome? Outcome { get; private set; }

    public bool TryTake()
    {
        if (_isWithdrawn || IsTaken) return false;
        return IsTaken = true;
    }

    public bool TryWithdraw()
    {
        if (IsTaken) return false;
        return _isWithdrawn = true;
    }

    public void Recall() => IsRecalled = true;

    public void GiveBack(StrideOutcome outcome)
    {
        if (!IsTaken || Outcome is not null) SimulatedWorld.Fail("memory is given back that was not taken");
        Outcome = outcome;
    }
}

/// <summary>Tells a block that the memory of a stride in this lineage was given back. May be lost: the block also looks for itself.</summary>
internal sealed record StrideNudge(long Lineage);

/// <summary>How strides of a schedule went.</summary>
internal sealed class StrideCount
{
    public int Begun { get; set; }

    public long Steps { get; set; }

    /// <summary>Ended before their limit.</summary>
    public int CutShort { get; set; }

    /// <summary>Ended because their worker did.</summary>
    public int OfStoppedWorkers { get; set; }
}

/// <summary>A stride of a simulated worker: its compute threads, which go on when its actor ends.</summary>
internal sealed class WorkerStride(SimulatedWorld world, WorkerNode worker, long lineage, IReadOnlyList<StrideOffer> offers)
{
    private readonly Stride _stride = new(world.Job.Specification, world.Job.Plan, offers);
    private readonly List<Memory<float>> _leaves = [];

    public long Lineage => lineage;

    public long From => offers[0].From;

    public long Step => _stride.Step;

    public void Begin()
    {
        world.Strides.Begun++;
        Next();
    }

    private void Next()
    {
        if (_stride.IsOver || worker.IsStopped || worker.StopsStriding)
        {
            End();
            return;
        }
        var time = world.Habits.ShardTime * (_stride.Leaves * worker.Slowness * (0.5 + world.Threads.NextDouble()));
        world.Time.After(time, () => worker.EnterThread(Compute));
    }

    private void Compute()
    {
        if (worker.ThrowsInStride(_stride.Step))
        {
            End();
            return;
        }
        var weights = new float[world.Mathematics.ParameterCount];
        foreach (var offer in offers) (_stride.IsSwapped ? offer.Previous : offer.Weights).Span.CopyTo(weights.AsSpan(offer.Range.First));
        world.Mathematics.Use(weights);
        while (_leaves.Count < _stride.Leaves) _leaves.Add(new float[weights.Length]);
        var metrics = new Distributed.Learning.Metrics.ShardMetrics[_stride.Leaves];
        for (var leaf = 0; leaf < metrics.Length; leaf++)
            metrics[leaf] = world.Mathematics.Gradient(weights, _stride.Step, new ReductionNode(leaf, 1), _leaves[leaf].Span);
        if (!_stride.Sum(metrics))
        {
            End();
            return;
        }
        // One thread is done with its elements before another.
        var cut = world.Threads.Next(weights.Length + 1);
        var isFinite = _stride.Update(new IndexRange(0, cut), _leaves);
        world.Time.After(world.Habits.ShardTime * (0.1 * world.Threads.NextDouble()), () => worker.EnterThread(() =>
        {
            isFinite &= _stride.Update(new IndexRange(cut, weights.Length - cut), _leaves);
            _stride.Complete(isFinite);
            Next();
        }));
    }

    private void End()
    {
        world.Strides.Steps += _stride.Steps;
        if (_stride.Step < offers.Min(offer => offer.Limit)) world.Strides.CutShort++;
        if (worker.IsStopped) world.Strides.OfStoppedWorkers++;
        world.Trace?.Line($"{worker.Name} has strode from {From} to {_stride.Step} of L{lineage}{(_stride.IsOver ? "" : ", not to the end")}");
        _stride.GiveBack();
        worker.EndStride(this);
    }
}
