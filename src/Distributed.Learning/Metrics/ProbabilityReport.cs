using Distributed.Tensors.Mathematics;

namespace Distributed.Learning.Metrics;

/// <summary>The probability of the second of two classes from which on to answer it, where F1 is highest.</summary>
/// <param name="Probability">Answer the second class from here on.</param>
/// <param name="F1">Of the second class, with this threshold.</param>
public sealed record BestThreshold(double Probability, double F1);

/// <summary>Samples whose most probable class had about the same probability.</summary>
/// <param name="Samples">How many.</param>
/// <param name="Confidence">The mean probability of the most probable class; null without samples.</param>
/// <param name="Accuracy">The share predicted correctly; null without samples.</param>
public sealed record CalibrationBin(long Samples, double? Confidence, double? Accuracy);

/// <summary>What follows from a classifier's probabilities, beside their highest: log loss, areas under curves, calibration.</summary>
/// <remarks>
/// Samples are added one after the other, in the order of their rows, so that equal answers give equal bits. Not thread-safe. The areas need all
/// probabilities at once: of more than <see cref="MostProbabilities"/> they are undefined.
/// </remarks>
public sealed class ProbabilityReport
{
    /// <summary>The bins of <see cref="Calibration"/>, of equal width.</summary>
    public const int Bins = 10;

    /// <summary>The most probabilities, samples times classes, that are kept.</summary>
    public const int MostProbabilities = 1 << 24;

    private const double LeastProbability = 1e-15;

    private readonly int _classes;
    private readonly long[] _binned = new long[Bins], _right = new long[Bins];
    private readonly double[] _confidence = new double[Bins];
    private readonly List<int> _labels = [];
    private readonly List<float> _probabilities = [];
    private double _lossSum;
    private Areas? _areas;

    /// <summary>Makes an empty report.</summary>
    /// <param name="classes">How many classes, at least 2.</param>
    public ProbabilityReport(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        _classes = classes;
    }

    /// <summary>How many samples were added.</summary>
    public long Samples { get; private set; }

    /// <summary>The mean of −ln of the true class's probability, at least 1e-15, without class weights and label smoothing; null without samples.</summary>
    public double? LogLoss => Samples == 0 ? null : _lossSum / Samples;

    /// <summary>
    /// The area under the receiver operating characteristic: of the second of two classes; of more, the mean over the classes that have samples and
    /// others beside them, each against the rest. Null where it is undefined.
    /// </summary>
    public double? RocAuc => Measured?.Roc;

    /// <summary>The average precision, which is the area under precision and recall, of the classes of <see cref="RocAuc"/>. Null where it is undefined.</summary>
    public double? PrAuc => Measured?.Pr;

    /// <summary>The best threshold of two classes; null for more, and without samples of the second.</summary>
    public BestThreshold? Threshold => Measured?.Threshold;

    /// <summary>Mean distance between confidence and accuracy over the bins, weighted by samples (C. Guo et al., 2017); null without samples.</summary>
    public double? CalibrationError
    {
        get
        {
            if (Samples == 0) return null;
            var sum = 0.0;
            for (var bin = 0; bin < Bins; bin++) sum += Math.Abs(_confidence[bin] - _right[bin]);
            return sum / Samples;
        }
    }

    /// <summary>The bins by the probability of the most probable class, ascending.</summary>
    public IReadOnlyList<CalibrationBin> Calibration => [.. Enumerable.Range(0, Bins).Select(bin => _binned[bin] == 0
        ? new CalibrationBin(0, null, null)
        : new CalibrationBin(_binned[bin], _confidence[bin] / _binned[bin], (double)_right[bin] / _binned[bin]))];

    private Areas? Measured => _labels.Count == Samples ? _areas ??= Measure() : null;

    /// <summary>Adds samples.</summary>
    /// <param name="labels">[rows]</param>
    /// <param name="probabilities">[rows × classes] row-major.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public void Add(ReadOnlySpan<int> labels, ReadOnlySpan<float> probabilities)
    {
        if (probabilities.Length != (long)labels.Length * _classes)
            throw new ArgumentException($"{probabilities.Length} probabilities for {labels.Length} labels of {_classes} classes", nameof(probabilities));
        for (var row = 0; row < labels.Length; row++) Add(labels[row], probabilities.Slice(row * _classes, _classes));
        if (_labels.Count + labels.Length == Samples && Samples * _classes <= MostProbabilities)
        {
            _labels.AddRange(labels);
            _probabilities.AddRange(probabilities);
        }

        _areas = null;
    }

    private void Add(int label, ReadOnlySpan<float> probabilities)
    {
        Samples++;
        _lossSum -= DeterministicMath.Log(Math.Max(LeastProbability, probabilities[label]));
        var predicted = ClassificationReport.PredictedClass(probabilities);
        var confidence = probabilities[predicted];
        var bin = Math.Clamp((int)(confidence * Bins), 0, Bins - 1);
        _binned[bin]++;
        _confidence[bin] += confidence;
        if (predicted == label) _right[bin]++;
    }

    private Areas Measure()
    {
        if (_classes == 2)
        {
            var second = Rank(1);
            return new Areas(second.RocArea, second.RocArea is null ? null : second.PrecisionRecallArea, second.Best);
        }

        var (roc, pr, count) = (0.0, 0.0, 0);
        for (var c = 0; c < _classes; c++)
        {
            var ranked = Rank(c);
            if (ranked.RocArea is not { } area || ranked.PrecisionRecallArea is not { } precision) continue;
            roc += area;
            pr += precision;
            count++;
        }

        return count == 0 ? new Areas(null, null, null) : new Areas(roc / count, pr / count, null);
    }

    private RankedScores Rank(int label)
    {
        var scores = new float[_labels.Count];
        var isPositive = new bool[_labels.Count];
        for (var row = 0; row < scores.Length; row++)
        {
            scores[row] = _probabilities[row * _classes + label];
            isPositive[row] = _labels[row] == label;
        }

        return new RankedScores(scores, isPositive);
    }

    private sealed record Areas(double? Roc, double? Pr, BestThreshold? Threshold);
}
