using Distributed.Data.Samples;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Replay;

/// <summary>
/// A job as one straight loop on one thread: the result the cluster must reproduce bit for bit. The oracle of tests and of verification; it shares
/// with the cluster what decides bits (plan, kernels, tree shape, optimizer), and nothing of how work is distributed.
/// </summary>
internal sealed class JobReplay
{
    private readonly JobSpecification _specification;
    private readonly EpochPlan _plan;
    private readonly EncodedDataSet _data;
    private readonly Network _network;
    private readonly PackedWeights _packed;
    private readonly ShardComputer[] _computers;
    private readonly Action<Action, Action> _both;
    private readonly Optimizer _optimizer;

    /// <summary>Starts before step 0.</summary>
    /// <param name="specification">The job.</param>
    /// <param name="data">Its data; the SHA-256 must match the specification's.</param>
    /// <param name="initial">Initial weights [parameters]; null for the specification's random initialisation.</param>
    /// <param name="lanes">How many shards may be computed at once; does not change any bit.</param>
    /// <param name="both">Runs two pieces of work, possibly in parallel; null: one after the other. Threading is up to the caller.</param>
    public JobReplay(
        JobSpecification specification, EncodedDataSet data, ReadOnlyMemory<float>? initial = null, int lanes = 1, Action<Action, Action>? both = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        _both = both ?? ((left, right) =>
        {
            left();
            right();
        });
        _specification = specification;
        _plan = new EpochPlan(specification);
        _data = data;
        _network = new Network(specification.Network);
        _packed = new PackedWeights(_network);
        _computers = [.. Enumerable.Range(0, lanes).Select(_ => new ShardComputer(_network, _plan.MaximumRows))];
        _optimizer = Optimizer.Create(specification.Optimizer);
        Weights = new float[_network.Layout.Count];
        State = new float[_optimizer.StateVectors * Weights.Length];
        if (initial is { } given) Restore(0, given.Span, []);
        else _network.Initialize(specification.Seed, Weights);
    }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>The weights [parameters] after <see cref="Step"/> steps.</summary>
    public float[] Weights { get; }

    /// <summary>The optimizer's state vectors [vectors × parameters].</summary>
    public float[] State { get; }

    /// <summary>Moves to the state after a checkpoint's steps.</summary>
    /// <param name="step">The checkpoint's step.</param>
    /// <param name="weights">[parameters]</param>
    /// <param name="state">[vectors × parameters]; empty for given initial weights: the optimizer then starts afresh.</param>
    /// <exception cref="ArgumentException">A length is not this job's.</exception>
    public void Restore(long step, ReadOnlySpan<float> weights, ReadOnlySpan<float> state)
    {
        if (weights.Length != Weights.Length) throw new ArgumentException($"the job has {Weights.Length} parameters, not {weights.Length}", nameof(weights));
        if (state.Length != State.Length && (state.Length > 0 || step > 0))
            throw new ArgumentException($"the optimizer's state has {State.Length} values, not {state.Length}", nameof(state));
        Step = step;
        weights.CopyTo(Weights);
        if (state.IsEmpty) State.AsSpan().Clear();
        else state.CopyTo(State);
    }

    /// <summary>Runs steps up to the given version.</summary>
    /// <exception cref="ArithmeticException">A loss, gradient or weight is not finite.</exception>
    public void RunTo(long step)
    {
        while (Step < step)
        {
            _network.Pack(Weights, _packed);
            var (gradient, metrics) = Sum(new ReductionNode(0, _plan.ShardCount(Step)), 0, _computers.Length);
            var rate = _specification.Schedule.LearningRateAt(Step, _plan.TotalSteps, _plan.StepsPerEpoch, _specification.Optimizer.LearningRate);
            if (metrics.HasBadShard || !_optimizer.Update(Step, rate, metrics.Divisor, gradient, Weights, Weights, State))
                throw new ArithmeticException($"step {Step} is not finite");
            Step++;
        }
    }

    private (float[] Gradient, ShardMetrics Metrics) Sum(ReductionNode node, int lane, int lanes)
    {
        if (node.Count == 1) return Compute(node.First, _computers[lane]);
        var left = ReductionTree.LeftCount(node.Count);
        var right = new ReductionNode(node.First + left, node.Count - left);
        var ((gradient, metrics), (other, otherMetrics)) = lanes == 1
            ? (Sum(new ReductionNode(node.First, left), lane, 1), Sum(right, lane, 1))
            : SumBoth(new ReductionNode(node.First, left), right, lane, lanes);
        for (var i = 0; i < gradient.Length; i++) gradient[i] = Round(gradient[i] + other[i]);
        return (gradient, ShardMetrics.Add(metrics, otherMetrics));
    }

    /// <summary>Each half has its own lanes, and so its own computers.</summary>
    private ((float[], ShardMetrics) Left, (float[], ShardMetrics) Right) SumBoth(ReductionNode left, ReductionNode right, int lane, int lanes)
    {
        var (first, second) = (default((float[], ShardMetrics)), default((float[], ShardMetrics)));
        var half = lanes - lanes / 2;
        _both(() => first = Sum(left, lane, half), () => second = Sum(right, lane + half, lanes - half));
        return (first, second);
    }

    private (float[] Gradient, ShardMetrics Metrics) Compute(int shard, ShardComputer computer)
    {
        var order = _plan.Order(_plan.EpochOf(Step));
        var range = _plan.Shard(Step, shard);
        var rows = new int[range.Count];
        for (var i = 0; i < rows.Length; i++) rows[i] = order[range.First + i];
        var source = _data.Training;
        var inputs = new float[rows.Length * source.Inputs];
        var labels = new int[source.IsClassification ? rows.Length : 0];
        var targets = new float[source.IsClassification ? 0 : rows.Length * source.Outputs];
        source.Gather(rows, inputs, labels, targets);
        var weights = new float[source.HasWeights ? rows.Length : 0];
        if (source.HasWeights) source.GatherWeights(rows, weights);
        var samples = (source.IsClassification ? new Samples(inputs, labels, rows.Length) : new Samples(inputs, targets, rows.Length)) with { Weights = weights };
        var gradient = new float[Weights.Length];
        var metrics = computer.ComputeGradient(Weights, _packed, samples, new DropoutKey(_specification.Seed, Step, shard), gradient);
        for (var i = 0; i < gradient.Length; i++) gradient[i] = Round(gradient[i]);
        return (gradient, metrics);
    }

    /// <summary>
    /// A node's value in the job's format. For bfloat16: of the two neighbours that keep the upper half of the bits the nearer one, of equally
    /// near ones the even one. (The neighbour above the largest finite one has the bits of infinity and stands where the next power of two
    /// would; so that comes out too.)
    /// </summary>
    private float Round(float value)
    {
        if (_specification.GradientFormat == GradientFormat.Float32 || !float.IsFinite(value)) return value;
        var bits = BitConverter.SingleToUInt32Bits(value);
        var (below, rest) = (bits & 0xffff_0000, bits & 0xffff);
        var isOdd = (below & 0x1_0000) != 0;
        var goesUp = rest > 0x8000 || (rest == 0x8000 && isOdd);
        return BitConverter.UInt32BitsToSingle(goesUp ? below + 0x1_0000 : below);
    }
}
