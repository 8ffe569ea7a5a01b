using Distributed.Learning;
using Distributed.Learning.Data;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>One thread's workspace: gathers a shard's samples and computes it. Allocates nothing after construction.</summary>
internal sealed class ShardTask
{
    private readonly JobSpecification _specification;
    private readonly EpochPlan _plan;
    private readonly EncodedDataSet _data;
    private readonly ShardComputer _computer;
    private readonly int[] _rows;
    private readonly float[] _inputs; // [rows × inputs]
    private readonly int[] _labels; // [rows], classification
    private readonly float[] _targets; // [rows × outputs], regression
    private SampleOrder _order;
    private int _orderEpoch = -1;

    public ShardTask(JobSpecification specification, EpochPlan plan, Network network, EncodedDataSet data)
    {
        _specification = specification;
        _plan = plan;
        _data = data;
        _computer = new ShardComputer(network, plan.MaximumRows);
        _rows = new int[plan.MaximumRows];
        _inputs = new float[(long)plan.MaximumRows * data.Training.Inputs];
        _labels = new int[data.Training.IsClassification ? plan.MaximumRows : 0];
        _targets = new float[data.Training.IsClassification ? 0 : (long)plan.MaximumRows * data.Training.Outputs];
    }

    /// <summary>Computes a training shard's summed gradient [parameters].</summary>
    public ShardMetrics Train(StepWeights weights, long step, int shard, Span<float> gradient)
    {
        var epoch = _plan.EpochOf(step);
        if (_orderEpoch != epoch)
        {
            _order = _plan.Order(epoch);
            _orderEpoch = epoch;
        }
        var range = _plan.Shard(step, shard);
        for (var i = 0; i < range.Count; i++) _rows[i] = _order[range.First + i];
        return _computer.ComputeGradient(
            weights.Parameters.Span, weights.Packed, Gather(_data.Training, range.Count), new DropoutKey(_specification.Seed, step, shard), gradient);
    }

    /// <summary>Evaluates a validation shard.</summary>
    public ShardMetrics Evaluate(StepWeights weights, int shard)
    {
        var range = _plan.EvaluationShard(shard);
        for (var i = 0; i < range.Count; i++) _rows[i] = range.First + i;
        return _computer.Evaluate(weights.Parameters.Span, weights.Packed, Gather(_data.Validation!, range.Count), shard);
    }

    private Samples Gather(ISampleSource source, int rows)
    {
        var inputs = _inputs.AsSpan(0, rows * source.Inputs);
        if (source.IsClassification)
        {
            source.Gather(_rows.AsSpan(0, rows), inputs, _labels.AsSpan(0, rows), default);
            return new Samples(inputs, _labels.AsSpan(0, rows), rows);
        }
        var targets = _targets.AsSpan(0, rows * source.Outputs);
        source.Gather(_rows.AsSpan(0, rows), inputs, default, targets);
        return new Samples(inputs, targets, rows);
    }
}
