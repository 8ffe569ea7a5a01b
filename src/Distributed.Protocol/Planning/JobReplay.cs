using System.Numerics.Tensors;
using Distributed.Learning;
using Distributed.Learning.Data;

namespace Distributed.Protocol;

/// <summary>
/// A job as one straight loop on one thread: what the cluster must come to, bit by bit. The oracle of tests and of verification; it shares
/// with the cluster what decides bits (plan, kernels, tree shape, optimizer), and nothing of how work is spread.
/// </summary>
public sealed class JobReplay
{
    private readonly JobSpecification _specification;
    private readonly EpochPlan _plan;
    private readonly EncodedDataSet _data;
    private readonly Network _network;
    private readonly PackedWeights _packed;
    private readonly ShardComputer _computer;
    private readonly Optimizer _optimizer;

    /// <summary>Stands before step 0.</summary>
    /// <param name="specification">The job.</param>
    /// <param name="data">Its data; the SHA-256 is the specification's.</param>
    /// <param name="initial">Weights to begin with [parameters]; null for the specification's random initialisation.</param>
    public JobReplay(JobSpecification specification, EncodedDataSet data, ReadOnlyMemory<float>? initial = null)
    {
        _specification = specification;
        _plan = new EpochPlan(specification);
        _data = data;
        _network = new Network(specification.Network);
        _packed = new PackedWeights(_network);
        _computer = new ShardComputer(_network, _plan.MaximumRows);
        _optimizer = Optimizer.Create(specification.Optimizer);
        Weights = new float[_network.Layout.Count];
        State = new float[_optimizer.StateVectors * Weights.Length];
        if (initial is { } given) given.CopyTo(Weights);
        else _network.Initialize(specification.Seed, Weights);
    }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>The weights [parameters] after <see cref="Step"/> steps.</summary>
    public float[] Weights { get; }

    /// <summary>The optimizer's state vectors [vectors × parameters].</summary>
    public float[] State { get; }

    /// <summary>Makes steps until the given version.</summary>
    /// <exception cref="ArithmeticException">A loss, gradient or weight is not finite.</exception>
    public void RunTo(long step)
    {
        while (Step < step)
        {
            _network.Pack(Weights, _packed);
            var (gradient, metrics) = Sum(new ReductionNode(0, _plan.ShardCount(Step)));
            var rate = _specification.Schedule.LearningRateAt(Step, _plan.TotalSteps, _plan.StepsPerEpoch, _specification.Optimizer.LearningRate);
            if (metrics.HasBadShard || !_optimizer.Update(Step, rate, metrics.Divisor, gradient, Weights, Weights, State))
                throw new ArithmeticException($"step {Step} is not finite");
            Step++;
        }
    }

    private (float[] Gradient, ShardMetrics Metrics) Sum(ReductionNode node)
    {
        if (node.Count == 1) return Compute(node.First);
        var left = ReductionTree.LeftCount(node.Count);
        var (gradient, metrics) = Sum(new ReductionNode(node.First, left));
        var (other, otherMetrics) = Sum(new ReductionNode(node.First + left, node.Count - left));
        TensorPrimitives.Add<float>(gradient, other, gradient);
        return (gradient, ShardMetrics.Add(metrics, otherMetrics));
    }

    private (float[] Gradient, ShardMetrics Metrics) Compute(int shard)
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
        var samples = source.IsClassification ? new Samples(inputs, labels, rows.Length) : new Samples(inputs, targets, rows.Length);
        var gradient = new float[Weights.Length];
        return (gradient, _computer.ComputeGradient(Weights, _packed, samples, new DropoutKey(_specification.Seed, Step, shard), gradient));
    }
}
