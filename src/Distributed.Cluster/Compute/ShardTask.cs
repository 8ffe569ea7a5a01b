using Distributed.Data.Samples;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Randomness;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.Compute;

/// <summary>Creates the workspace of one compute thread of a worker.</summary>
internal delegate ShardTask ShardTaskFactory(
    JobId job, WorkerId worker, JobSpecification specification, EpochPlan plan, Network network, SampleSet data);

/// <summary>One thread's workspace: gathers a shard's samples and computes it. Does not allocate after construction.</summary>
internal class ShardTask
{
    private readonly JobSpecification _specification;
    private readonly EpochPlan _plan;
    private readonly SampleSet _data;
    private readonly ShardComputer _computer;
    private readonly int[] _rows;
    private readonly AlignedBuffer _inputs; // [rows × inputs]; read twice by kernels
    private readonly int[] _labels; // [rows], classification
    private readonly float[] _targets; // [rows × outputs], regression
    private readonly float[] _weights; // [rows], where samples have weights
    private SampleOrder _order;
    private int _orderEpoch = -1;
    private (long Step, int Shard) _gathered = (-1, -1); // the training shard currently gathered

    public ShardTask(JobSpecification specification, EpochPlan plan, Network network, SampleSet data)
    {
        _specification = specification;
        _plan = plan;
        _data = data;
        _computer = new ShardComputer(network, plan.MaximumRows);
        _rows = new int[plan.MaximumRows];
        _inputs = new AlignedBuffer(checked(plan.MaximumRows * data.Training.Inputs));
        _labels = new int[data.Training.IsClassification ? plan.MaximumRows : 0];
        _targets = new float[data.Training.IsClassification ? 0 : (long)plan.MaximumRows * data.Training.Outputs];
        _weights = new float[data.Training.HasWeights ? plan.MaximumRows : 0];
    }

    /// <summary>The default workspace, for any worker and job.</summary>
    public static ShardTaskFactory Factory { get; } = (_, _, specification, plan, network, data) => new ShardTask(specification, plan, network, data);

    /// <summary>Computes a training shard's summed gradient [parameters].</summary>
    public virtual ShardMetrics Train(StepWeights weights, long step, int shard, Span<float> gradient)
    {
        GatherTraining(step, shard);
        return _computer.ComputeGradient(
            weights.Parameters.Span, weights.Packed, Gathered(_data.Training, _plan.Shard(step, shard).Count),
            new DropoutKey(_specification.Seed, step, shard), gradient);
    }

    /// <summary>
    /// Gathers a training shard's samples unless they are already present, which lets an idle thread prefetch while the next weights are in transit.
    /// Returns false when there was nothing to do.
    /// </summary>
    public bool GatherTraining(long step, int shard)
    {
        if (_gathered == (step, shard) || step >= _plan.TotalSteps || shard >= _plan.ShardCount(step)) return false;
        var epoch = _plan.EpochOf(step);
        if (_orderEpoch != epoch)
        {
            _order = _plan.Order(epoch);
            _orderEpoch = epoch;
        }
        var range = _plan.Shard(step, shard);
        _order.CopyTo(range.First, _rows.AsSpan(0, range.Count));
        Gather(_data.Training, range.Count);
        _gathered = (step, shard);
        return true;
    }

    /// <summary>Evaluates a validation shard.</summary>
    public ShardMetrics Evaluate(StepWeights weights, int shard)
    {
        var range = _plan.EvaluationShard(shard);
        for (var i = 0; i < range.Count; i++) _rows[i] = range.First + i;
        _gathered = (-1, -1);
        Gather(_data.Validation!, range.Count);
        return _computer.Evaluate(weights.Parameters.Span, weights.Packed, Gathered(_data.Validation!, range.Count), shard);
    }

    private void Gather(ISampleSource source, int rows)
    {
        source.Gather(
            _rows.AsSpan(0, rows), _inputs.Span[..(rows * source.Inputs)],
            source.IsClassification ? _labels.AsSpan(0, rows) : default,
            source.IsClassification ? default : _targets.AsSpan(0, rows * source.Outputs));
        if (_weights.Length > 0) source.GatherWeights(_rows.AsSpan(0, rows), _weights);
    }

    private Samples Gathered(ISampleSource source, int rows)
    {
        var inputs = _inputs.Span[..(rows * source.Inputs)];
        var samples = source.IsClassification
            ? new Samples(inputs, _labels.AsSpan(0, rows), rows)
            : new Samples(inputs, _targets.AsSpan(0, rows * source.Outputs), rows);
        return _weights.Length > 0 ? samples with { Weights = _weights.AsSpan(0, rows) } : samples;
    }
}
