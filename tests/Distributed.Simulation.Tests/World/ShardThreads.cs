using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Workers;
using Distributed.Simulation.Tests.Mistakes;

namespace Distributed.Simulation.Tests.World;

/// <summary>
/// The compute threads of one worker: they take the leaves of a run in ascending order, finish them in any order, and sum them by
/// <see cref="ShardSums{T}"/>, in reused memory.
/// </summary>
internal sealed class ShardThreads(SimulatedWorld world)
{
    private const int MostThreads = 8;

    private readonly Stack<float[]> _spare = new();

    /// <summary>Computes the gradients of a run; yields its maximal nodes as they become complete.</summary>
    /// <param name="step">The step.</param>
    /// <param name="run">Its leaves.</param>
    /// <param name="weights">The flat weight vector.</param>
    /// <param name="see">Sees each leaf's gradient before it is summed.</param>
    public IEnumerable<ComputedNode> Train(long step, IndexRange run, float[] weights, Action<ReductionNode, float[]> see)
    {
        var sums = WorkerMistakes.Sums<ComputedNode>(world.Mistake, world.Job.Plan.ShardCount(step), run);
        return Sum(sums, Shard, Add);

        ComputedNode Shard(ReductionNode leaf)
        {
            var memory = _spare.TryPop(out var spare) ? spare : new float[world.Mathematics.ParameterCount];
            var metrics = world.Mathematics.Gradient(weights, step, leaf, memory);
            see(leaf, memory);
            return new ComputedNode(leaf, metrics, memory);
        }
    }

    /// <summary>Evaluates a run; yields its maximal nodes as they become complete.</summary>
    public IEnumerable<(ReductionNode Node, ShardMetrics Metrics)> Evaluate(IndexRange run, float[] weights)
    {
        var sums = WorkerMistakes.Sums<(ReductionNode Node, ShardMetrics Metrics)>(world.Mistake, world.Job.Plan.EvaluationShardCount, run);
        return Sum(
            sums,
            leaf => (Node: leaf, Metrics: world.Mathematics.Evaluation(weights, leaf)),
            pair => (pair.Parent, ShardMetrics.Add(pair.Lower.Metrics, pair.Upper.Metrics)));
    }

    /// <summary>Frees a node's memory, which becomes garbage at once.</summary>
    public void Release(ComputedNode node)
    {
        if (node.IsReleased) SimulatedWorld.Fail($"{node.Node} is released twice");
        node.IsReleased = true;
        node.Memory.AsSpan().Fill(float.NaN);
        _spare.Push(node.Memory);
    }

    /// <summary>Memory used so far is never reused.</summary>
    public void Abandon() => _spare.Clear();

    /// <summary>Adds the upper sibling to the lower one, as the real threads do.</summary>
    private ComputedNode Add(Siblings<ComputedNode> pair)
    {
        var (parent, lower, upper) = pair;
        GradientArithmetic.Add(world.Job.Specification.GradientFormat, lower.Memory, upper.Memory, lower.Memory);
        Release(upper);
        return new ComputedNode(parent, ShardMetrics.Add(lower.Metrics, upper.Metrics), lower.Memory);
    }

    private IEnumerable<T> Sum<T>(ShardSums<T> sums, Func<ReductionNode, T> compute, Func<Siblings<T>, T> add)
    {
        var underWay = new List<int>();
        var threads = world.Threads.Next(1, MostThreads + 1);
        while (true)
        {
            while (underWay.Count < threads && sums.TryTakeLeaf(out var leaf)) underWay.Add(leaf);
            if (underWay.Count == 0) break;
            var first = world.Threads.Next(underWay.Count);
            var node = new ReductionNode(underWay[first], 1);
            underWay.RemoveAt(first);
            var value = compute(node);
            NodeOutcome outcome;
            while ((outcome = sums.Finish(node, value, out var siblings)) == NodeOutcome.MeetsSibling) (node, value) = (siblings.Parent, add(siblings));
            if (outcome == NodeOutcome.IsMaximal) yield return value;
        }
        if (sums.WaitingNodes > 0) SimulatedWorld.Fail($"{sums.WaitingNodes} nodes of {sums.Run} wait for siblings that never come");
    }
}

/// <summary>A node that a worker has summed.</summary>
internal sealed class ComputedNode(ReductionNode node, ShardMetrics metrics, float[] memory) : IComputedNode
{
    public bool IsReleased { get; set; }

    public ReductionNode Node => node;

    public ShardMetrics Metrics => metrics;

    public ReadOnlyMemory<float> Gradient => memory;

    public float[] Memory => memory;
}
