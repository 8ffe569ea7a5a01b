using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Strides;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Compute;

/// <summary>
/// A stride, as an order with one leaf for each thread that takes part: a lane. In each step the lanes compute the step's leaves, meet, update their own
/// ranges of the parameters, and meet again. The shell round <see cref="Stride"/>, which decides where it ends.
/// </summary>
internal sealed class StrideOrder : WorkOrder
{
    private readonly Stride _stride;
    private readonly StrideMemory _memory;
    private readonly StepWeights _weights;
    private readonly GradientFormat _format;
    private readonly StrideDoor _door = new();
    private readonly StepBarrier _barrier;
    private readonly StrideClock _clock = new();
    private readonly (Action Begin, Action Sum, Action Complete) _between;
    private int _lane; // the next one to be taken; under the lock of the orders
    private int _leaf; // the next one to be computed by any lane
    private volatile bool _isOver; // written between two phases only, so that all lanes agree
    private volatile bool _isWrong; // some new weights are not finite

    /// <summary>Begins with taken offers.</summary>
    /// <param name="lineage">The lineage.</param>
    /// <param name="lanes">The threads that take part.</param>
    /// <param name="stride">The rule.</param>
    /// <param name="memory">What the threads share; disposed in the end.</param>
    /// <param name="weights">The weights as kernels read them.</param>
    /// <param name="format">The job's gradient format.</param>
    public StrideOrder(long lineage, int lanes, Stride stride, StrideMemory memory, StepWeights weights, GradientFormat format)
        : base(lineage, new IndexRange(0, lanes), new WeightsView(stride.Step, []))
    {
        (_stride, _memory, _weights, _format) = (stride, memory, weights, format);
        _barrier = new StepBarrier(lanes);
        _between = (Begin, Sum, Complete);
    }

    public override bool TryTake(out int leaf)
    {
        leaf = _lane;
        if (leaf >= Shards) return false;
        _lane++;
        return true;
    }

    public override void Drop() => Stop();

    /// <summary>Ends the stride at the next step boundary, or before its first step.</summary>
    public void Stop()
    {
        if (_door.Close(out var hasBegun)) End(null);
        else if (!hasBegun) _barrier.Break();
    }

    /// <summary>Takes part until the stride ends. Returns the message for the actor on the last thread to leave, and null on the others.</summary>
    /// <param name="lane">The thread's lane.</param>
    /// <param name="task">Its workspace.</param>
    /// <param name="leaves">Computes leaves.</param>
    public StrideEnded? Run(int lane, ShardTask task, LeafComputation leaves)
    {
        if (!_door.TryEnter()) return null;
        StrideEnded? ended = null;
        string? failure = null;
        try
        {
            RunSteps(lane, task, leaves);
        }
        catch (Exception e)
        {
            failure = e.Message;
            _barrier.Break();
            throw;
        }
        finally
        {
            if (_door.Leave()) ended = End(failure);
        }
        return ended;
    }

    private void RunSteps(int lane, ShardTask task, LeafComputation leaves)
    {
        if (!_barrier.Wait(_barrier.Arrive(_between.Begin))) return;
        var part = _memory.PartOf(lane);
        while (!_isOver)
        {
            var (step, count) = (_stride.Step, _stride.Leaves);
            for (var leaf = lane; leaf < count; leaf = Interlocked.Increment(ref _leaf) - 1)
                _memory.Metrics[leaf] = leaves.Train(task, step, leaf, _memory.Gradient(leaf), _format);
            var phase = _barrier.Arrive(_between.Sum);
            if (phase is not null) task.GatherTraining(step + 1, lane); // while others still compute
            if (!_barrier.Wait(phase) || _isOver) return;
            if (!_stride.Update(part, _memory.Gradients)) _isWrong = true;
            phase = _barrier.Arrive(_between.Complete);
            if (phase is not null) task.GatherTraining(step + 1, lane);
            if (!_barrier.Wait(phase)) return;
        }
    }

    private void Begin()
    {
        if (!_door.TryBegin() || _stride.IsOver) _isOver = true;
        else BeginStep();
        _clock.Begin();
    }

    private void BeginStep()
    {
        _leaf = Shards;
        _weights.Use(Lineage, _stride.Step, _stride.IsSwapped ? _memory.Previous : _memory.Weights, isShared: _stride.Leaves > Shards);
    }

    private void Sum()
    {
        var isFinite = _stride.Sum(_memory.Metrics);
        if (!isFinite) _isOver = true;
        _clock.EndLeaves(isUpdating: isFinite);
    }

    private void Complete()
    {
        _stride.Complete(!_isWrong);
        _clock.EndUpdate();
        if (_door.IsClosed || _stride.IsOver) _isOver = true;
        else BeginStep();
    }

    private StrideEnded End(string? failure)
    {
        _stride.GiveBack(_clock.IsUpdating ? failure ?? "another thread has failed" : null);
        _memory.Dispose();
        return new StrideEnded(Lineage, Version, _stride, _clock);
    }
}
