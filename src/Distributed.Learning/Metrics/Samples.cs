namespace Distributed.Learning.Metrics;

/// <summary>Samples that a shard is computed from; the memory is the caller's.</summary>
public readonly ref struct Samples
{
    /// <summary>Samples with class labels.</summary>
    /// <param name="inputs">[rows × inputs] row-major</param>
    /// <param name="labels">[rows], each in [0, outputs)</param>
    /// <param name="rows">Number of samples.</param>
    public Samples(ReadOnlySpan<float> inputs, ReadOnlySpan<int> labels, int rows)
    {
        Inputs = inputs;
        Labels = labels;
        Rows = rows;
    }

    /// <summary>Samples with values to be predicted.</summary>
    /// <param name="inputs">[rows × inputs] row-major</param>
    /// <param name="targets">[rows × outputs] row-major</param>
    /// <param name="rows">Number of samples.</param>
    public Samples(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets, int rows)
    {
        Inputs = inputs;
        Targets = targets;
        Rows = rows;
    }

    /// <summary>Features, [rows × inputs] row-major.</summary>
    public ReadOnlySpan<float> Inputs { get; init; }

    /// <summary>Class labels [rows] of a classifier.</summary>
    public ReadOnlySpan<int> Labels { get; init; }

    /// <summary>Target values [rows × outputs], row-major, of a regression network.</summary>
    public ReadOnlySpan<float> Targets { get; init; }

    /// <summary>How much each sample counts [rows], above 0; empty where each counts 1.</summary>
    public ReadOnlySpan<float> Weights { get; init; }

    /// <summary>Number of samples.</summary>
    public int Rows { get; init; }
}
