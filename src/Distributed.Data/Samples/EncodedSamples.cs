namespace Distributed.Data.Samples;

/// <summary>Encoded samples held as float32 in memory: the source behind tables.</summary>
public sealed class EncodedSamples : ISampleSource
{
    private readonly float[] _features;
    private readonly int[] _labels;
    private readonly float[] _targets;
    private readonly float[] _weights;

    private EncodedSamples(int rows, int inputs, int outputs, bool classification, float[] features, int[] labels, float[] targets, float[] weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (features.LongLength != (long)rows * inputs)
            throw new ArgumentException($"{features.Length} feature values do not make {rows} rows of {inputs}.", nameof(features));
        Rows = rows;
        Inputs = inputs;
        Outputs = outputs;
        IsClassification = classification;
        _features = features;
        _labels = labels;
        _targets = targets;
        _weights = weights;
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public int Inputs { get; }

    /// <inheritdoc/>
    public bool IsClassification { get; }

    /// <inheritdoc/>
    public int Outputs { get; }

    /// <summary>All features [<see cref="Rows"/> × <see cref="Inputs"/>], row-major.</summary>
    public ReadOnlySpan<float> Features => _features;

    /// <summary>The class of each row; empty in regression.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>The target values [<see cref="Rows"/> × <see cref="Outputs"/>]; empty in classification.</summary>
    public ReadOnlySpan<float> TargetValues => _targets;

    /// <summary>How much each row counts [<see cref="Rows"/>]; empty where each counts 1.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <inheritdoc/>
    public bool HasWeights => _weights.Length > 0;

    /// <summary>Samples that carry a class each. The arrays are kept, not copied.</summary>
    /// <param name="inputs">Network inputs of a sample.</param>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <param name="features">[rows × inputs], row-major.</param>
    /// <param name="labels">The class of each row, in [0, classes); its length is the number of rows.</param>
    /// <returns>The samples.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label is not a class.</exception>
    public static EncodedSamples Classification(int inputs, int classes, float[] features, int[] labels)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        foreach (var label in labels)
            if ((uint)label >= (uint)classes)
                throw new ArgumentException($"label {label} is not one of {classes} classes.", nameof(labels));
        return new EncodedSamples(labels.Length, inputs, classes, true, features, labels, [], []);
    }

    /// <summary>Samples that carry target values each. The arrays are kept, not copied.</summary>
    /// <param name="inputs">Network inputs of a sample.</param>
    /// <param name="outputs">Target values of a sample, at least 1.</param>
    /// <param name="features">[rows × inputs], row-major.</param>
    /// <param name="targets">[rows × outputs], row-major.</param>
    /// <returns>The samples.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static EncodedSamples Regression(int inputs, int outputs, float[] features, float[] targets)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (targets.Length % outputs != 0)
            throw new ArgumentException($"{targets.Length} target values do not make whole rows of {outputs}.", nameof(targets));
        return new EncodedSamples(targets.Length / outputs, inputs, outputs, false, features, [], targets, []);
    }

    /// <summary>The same samples with weights. The array is kept, not copied.</summary>
    /// <param name="weights">[<see cref="Rows"/>], finite and above 0.</param>
    /// <returns>The samples.</returns>
    /// <exception cref="ArgumentException">The length does not fit, or a weight is not finite and above 0.</exception>
    public EncodedSamples Weighted(float[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Length != Rows)
            throw new ArgumentException($"{weights.Length} weights do not make {Rows} rows.", nameof(weights));
        foreach (var weight in weights)
            if (!(weight > 0 && float.IsFinite(weight)))
                throw new ArgumentException($"the weight {weight} is not finite and above 0.", nameof(weights));
        return new EncodedSamples(Rows, Inputs, Outputs, IsClassification, _features, _labels, _targets, weights);
    }

    /// <inheritdoc/>
    public void Gather(ReadOnlySpan<int> rows, Span<float> inputs, Span<int> labels, Span<float> targets)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (i + CacheLines.RowsAhead < rows.Length) Prefetch(rows[i + CacheLines.RowsAhead]);
            var row = rows[i];
            ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(rows));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows, nameof(rows));
            _features.AsSpan(row * Inputs, Inputs).CopyTo(inputs.Slice(i * Inputs, Inputs));
            if (IsClassification)
                labels[i] = _labels[row];
            else
                _targets.AsSpan(row * Outputs, Outputs).CopyTo(targets.Slice(i * Outputs, Outputs));
        }
    }

    /// <inheritdoc/>
    public void GatherWeights(ReadOnlySpan<int> rows, Span<float> weights)
    {
        for (var i = 0; i < rows.Length; i++)
            weights[i] = HasWeights ? _weights[rows[i]] : 1;
    }

    private void Prefetch(int row)
    {
        if ((uint)row >= (uint)Rows) return; // refused when its turn comes
        CacheLines.Prefetch<float>(_features.AsSpan(row * Inputs, Inputs));
        if (IsClassification) CacheLines.Prefetch<int>(_labels.AsSpan(row, 1));
    }
}
