using Distributed.Learning;

namespace Distributed.Simulation.Tests.Jobs;

/// <summary>The real arithmetic of one job: shards computed by the real <see cref="ShardComputer"/>, summed by plain recursion.</summary>
internal sealed class JobMathematics
{
    private readonly SimulatedJob _job;
    private readonly ShardComputer _computer;
    private readonly PackedWeights _packed;
    private readonly float[] _inputs;
    private readonly int[] _labels;
    private readonly float[] _targets;

    public JobMathematics(SimulatedJob job)
    {
        _job = job;
        var rows = job.Plan.MaximumRows;
        _computer = new ShardComputer(job.Network, rows);
        _packed = new PackedWeights(job.Network);
        _inputs = new float[rows * job.Network.Specification.Inputs];
        _labels = new int[rows];
        _targets = new float[rows * job.Network.Specification.Outputs];
    }

    public int ParameterCount => _job.Network.Layout.Count;

    /// <summary>The weights of the shards that follow.</summary>
    public void Use(ReadOnlySpan<float> weights) => _job.Network.Pack(weights, _packed);

    /// <summary>A node's gradient sum and metrics, by recursion along the canonical tree.</summary>
    public ShardMetrics Gradient(ReadOnlySpan<float> weights, long step, ReductionNode node, Span<float> into)
    {
        if (node.Count == 1) return Shard(weights, step, node.First, into);
        var left = LeftCount(node.Count);
        var upper = new float[into.Length];
        var a = Gradient(weights, step, new ReductionNode(node.First, left), into);
        var b = Gradient(weights, step, new ReductionNode(node.First + left, node.Count - left), upper);
        for (var i = 0; i < into.Length; i++) into[i] += upper[i];
        return ShardMetrics.Add(a, b);
    }

    /// <summary>A validation node's metrics.</summary>
    public ShardMetrics Evaluation(ReadOnlySpan<float> weights, ReductionNode node)
    {
        if (node.Count > 1)
        {
            var left = LeftCount(node.Count);
            var lower = Evaluation(weights, new ReductionNode(node.First, left));
            return ShardMetrics.Add(lower, Evaluation(weights, new ReductionNode(node.First + left, node.Count - left)));
        }
        var range = _job.Plan.EvaluationShard(node.First);
        Span<int> rows = stackalloc int[range.Count];
        for (var i = 0; i < rows.Length; i++) rows[i] = _job.Specification.Data.TrainingSamples + range.First + i;
        return _computer.Evaluate(weights, _packed, Gather(rows), node.First);
    }

    private ShardMetrics Shard(ReadOnlySpan<float> weights, long step, int shard, Span<float> into)
    {
        var range = _job.Plan.Shard(step, shard);
        Span<int> rows = stackalloc int[range.Count];
        _job.Plan.Order(_job.Plan.EpochOf(step)).CopyTo(range.First, rows);
        return _computer.ComputeGradient(weights, _packed, Gather(rows), new DropoutKey(_job.Specification.Seed, step, shard), into);
    }

    private Samples Gather(ReadOnlySpan<int> rows)
    {
        var inputs = _job.Network.Specification.Inputs;
        var outputs = _job.Network.Specification.Outputs;
        for (var i = 0; i < rows.Length; i++)
        {
            _job.Inputs.AsSpan(rows[i] * inputs, inputs).CopyTo(_inputs.AsSpan(i * inputs));
            _labels[i] = _job.Labels[rows[i]];
            _job.Targets.AsSpan(rows[i] * outputs, outputs).CopyTo(_targets.AsSpan(i * outputs));
        }
        var features = _inputs.AsSpan(0, rows.Length * inputs);
        return _job.Network.Specification.IsClassification
            ? new Samples(features, _labels.AsSpan(0, rows.Length), rows.Length)
            : new Samples(features, _targets.AsSpan(0, rows.Length * outputs), rows.Length);
    }

    private static int LeftCount(int count)
    {
        var left = 1;
        while (left * 2 < count) left *= 2;
        return left;
    }
}
