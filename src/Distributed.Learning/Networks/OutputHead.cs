using Distributed.Learning.Metrics;
using Distributed.Tensors;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Memory;
using Distributed.Tensors.Panels;

namespace Distributed.Learning.Networks;

/// <summary>The loss of one shard: from the output layer's sums to the gradient with respect to them, in place, and the metrics.</summary>
internal abstract unsafe class OutputHead
{
    /// <summary>The head of a network's output and loss.</summary>
    public static OutputHead Create(NetworkSpecification specification, Kernels kernels, int maxRows) =>
        specification.Output == OutputKind.Softmax
            ? new SoftmaxOutput(specification, kernels, maxRows)
            : new LinearOutput(specification);

    /// <summary>Throws unless the samples carry this head's kind of target, and no weights or one each.</summary>
    public void Require(Samples batch)
    {
        if (!batch.Weights.IsEmpty && batch.Weights.Length != batch.Rows)
            throw new ArgumentException($"{batch.Rows} samples need as many weights, not {batch.Weights.Length}", nameof(batch));
        RequireTargets(batch);
    }

    /// <summary>Replaces sums by the gradient of the loss sum.</summary>
    /// <param name="z">Sums [outputs × rows] in panels.</param>
    /// <param name="batch">Checked by <see cref="Require"/>.</param>
    public abstract ShardMetrics Run(float* z, Samples batch);

    /// <summary>Replaces sums by the network's outputs.</summary>
    public abstract void Answer(float* z, int rows);

    /// <summary>Throws unless the samples carry this head's kind of target.</summary>
    protected abstract void RequireTargets(Samples batch);

    /// <summary>How much a sample counts.</summary>
    protected static float WeightOf(Samples batch, int row) => batch.Weights.IsEmpty ? 1 : batch.Weights[row];
}

/// <summary>Softmax with cross-entropy, label smoothing and class weights.</summary>
internal sealed unsafe class SoftmaxOutput : OutputHead
{
    private readonly Kernels _kernels;
    private readonly int _classes;
    private readonly float[] _weights;
    private readonly float[] _ownTargets;
    private readonly AlignedBuffer _spread;
    private readonly AlignedBuffer _ownTarget;
    private readonly AlignedBuffer _losses;
    private readonly AlignedBuffer _labels;
    private readonly AlignedBuffer _predicted;
    private readonly float _spreadSum;

    public SoftmaxOutput(NetworkSpecification specification, Kernels kernels, int maxRows)
    {
        _kernels = kernels;
        _classes = specification.Outputs;
        _weights = new float[_classes];
        _ownTargets = new float[_classes];
        _spread = new AlignedBuffer(_classes);
        for (var c = 0; c < _classes; c++)
        {
            var weight = specification.ClassWeights?[c] ?? 1;
            _weights[c] = (float)weight;
            _ownTargets[c] = (float)((1 - specification.LabelSmoothing) * weight);
            _spread.Span[c] = (float)(specification.LabelSmoothing / _classes * weight);
            _spreadSum += _spread.Span[c];
        }

        var padded = Panel.Count(maxRows) * Panel.Width;
        _ownTarget = new AlignedBuffer(padded);
        _losses = new AlignedBuffer(padded);
        _labels = new AlignedBuffer(padded);
        _predicted = new AlignedBuffer(padded);
    }

    protected override void RequireTargets(Samples batch)
    {
        if (batch.Labels.Length != batch.Rows) throw new ArgumentException($"{batch.Rows} samples need as many labels, not {batch.Labels.Length}", nameof(batch));
        foreach (var label in batch.Labels)
        {
            if ((uint)label >= (uint)_classes) throw new ArgumentException($"the label {label} is not in 0 … {_classes - 1}", nameof(batch));
        }
    }

    public override ShardMetrics Run(float* z, Samples batch)
    {
        var labels = (int*)_labels.Pointer;
        var divisor = 0.0;
        for (var i = 0; i < batch.Rows; i++)
        {
            labels[i] = batch.Labels[i];
            _ownTarget.Pointer[i] = _ownTargets[labels[i]];
            divisor += (double)_weights[labels[i]] * WeightOf(batch, i);
        }

        SoftmaxTask task;
        task.Classes = _classes;
        task.Samples = batch.Rows;
        task.Logits = z;
        task.Labels = labels;
        task.OwnTarget = _ownTarget.Pointer;
        task.SpreadTarget = _spread.Pointer;
        task.SpreadSum = _spreadSum;
        task.Losses = _losses.Pointer;
        task.Predicted = (int*)_predicted.Pointer;
        _kernels.SoftmaxCrossEntropy(&task);

        var loss = 0.0;
        var correct = 0;
        for (var i = 0; i < batch.Rows; i++)
        {
            loss += (double)task.Losses[i] * WeightOf(batch, i);
            if (task.Predicted[i] == labels[i]) correct++;
        }

        if (!batch.Weights.IsEmpty) Weigh(z, batch);

        return new ShardMetrics { LossSum = loss, Divisor = divisor, Samples = batch.Rows, Correct = correct };
    }

    public override void Answer(float* z, int rows) => _kernels.Softmax(z, _classes, rows);

    /// <summary>A sample's gradient times its weight.</summary>
    private void Weigh(float* z, Samples batch)
    {
        for (var row = 0; row < batch.Rows; row++)
        {
            var gradient = z + (nint)(row / Panel.Width) * _classes * Panel.Width + row % Panel.Width;
            for (var c = 0; c < _classes; c++) gradient[(nint)c * Panel.Width] *= batch.Weights[row];
        }
    }
}

/// <summary>Values with squared error or Huber's loss. The mean is over all target values, as PyTorch's: the divisor is rows · outputs, or what the rows weigh · outputs.</summary>
internal sealed unsafe class LinearOutput(NetworkSpecification specification) : OutputHead
{
    private readonly int _outputs = specification.Outputs;
    private readonly bool _huber = specification.Loss == LossKind.Huber;
    private readonly float _delta = (float)specification.HuberDelta;

    protected override void RequireTargets(Samples batch)
    {
        if (batch.Targets.Length != (long)batch.Rows * _outputs)
        {
            throw new ArgumentException($"{batch.Rows} samples need {(long)batch.Rows * _outputs} target values, not {batch.Targets.Length}", nameof(batch));
        }
    }

    public override ShardMetrics Run(float* z, Samples batch)
    {
        double loss = 0, divisor = 0, absolute = 0, squared = 0, targets = 0, targetSquares = 0;
        for (var row = 0; row < batch.Rows; row++)
        {
            var weight = WeightOf(batch, row);
            divisor += (double)weight * _outputs;
            var sums = z + (nint)(row / Panel.Width) * _outputs * Panel.Width + row % Panel.Width;
            for (var output = 0; output < _outputs; output++)
            {
                var target = batch.Targets[row * _outputs + output];
                ref var value = ref sums[(nint)output * Panel.Width];
                var d = value - target;
                double distance = Math.Abs(d);
                if (_huber)
                {
                    loss += weight * (distance <= _delta ? 0.5 * distance * distance : _delta * (distance - 0.5 * _delta));
                    value = distance <= _delta ? d : float.IsNaN(d) ? d : float.CopySign(_delta, d);
                }
                else
                {
                    loss += weight * (distance * distance);
                    value = 2 * d;
                }

                value *= weight;
                absolute += weight * distance;
                squared += weight * (distance * distance);
                targets += (double)weight * target;
                targetSquares += weight * ((double)target * target);
            }
        }

        return new ShardMetrics
        {
            LossSum = loss,
            Divisor = divisor,
            Samples = batch.Rows,
            AbsoluteErrorSum = absolute,
            SquaredErrorSum = squared,
            TargetSum = targets,
            TargetSquareSum = targetSquares,
        };
    }

    public override void Answer(float* z, int rows)
    {
    }
}
