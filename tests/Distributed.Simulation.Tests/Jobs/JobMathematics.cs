using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Simulation.Tests.Jobs;

/// <summary>The real arithmetic of one job: shards computed by the real <see cref="ShardComputer"/>, summed by plain recursion.</summary>
internal sealed class JobMathematics
{
    private const float LargestBFloat16 = 3.3895314e38f; // 255 · 2^120

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

    /// <summary>Sets the weights for the following shards.</summary>
    public void Use(ReadOnlySpan<float> weights) => _job.Network.Pack(weights, _packed);

    /// <summary>A node's gradient sum and metrics, by recursion along the canonical tree.</summary>
    public ShardMetrics Gradient(ReadOnlySpan<float> weights, long step, ReductionNode node, Span<float> into)
    {
        if (node.Count == 1) return Shard(weights, step, node.First, into);
        var left = LeftCount(node.Count);
        var upper = new float[into.Length];
        var a = Gradient(weights, step, new ReductionNode(node.First, left), into);
        var b = Gradient(weights, step, new ReductionNode(node.First + left, node.Count - left), upper);
        for (var i = 0; i < into.Length; i++) into[i] = Round(into[i] + upper[i]);
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
        var metrics = _computer.ComputeGradient(weights, _packed, Gather(rows), new DropoutKey(_job.Specification.Seed, step, shard), into);
        foreach (ref var value in into) value = Round(value);
        return metrics;
    }

    /// <summary>
    /// A node's value in the job's gradient format, by division instead of bits: exact for every value a bfloat16 holds at full precision.
    /// </summary>
    private float Round(float value)
    {
        if (_job.Specification.GradientFormat == GradientFormat.Float32 || !float.IsFinite(value) || value == 0) return value;
        // Eight significant bits: the unit in the last place is 2^-7 of the value's power of two, and never below the smallest subnormal's.
        var unit = Math.ScaleB(1, Math.Max(Math.ILogB(value), -126) - 7);
        return (float)(Math.Round(value / unit, MidpointRounding.ToEven) * unit) is var rounded && Math.Abs(rounded) <= LargestBFloat16
            ? rounded
            : float.CopySign(float.PositiveInfinity, value);
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
