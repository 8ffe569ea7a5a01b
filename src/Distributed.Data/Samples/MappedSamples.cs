using Microsoft.Win32.SafeHandles;

namespace Distributed.Data.Samples;

/// <summary>
/// One part of a mapped sample file. The pages belong to the file: the system reads them when they are touched and takes them back when memory
/// is short. The mapping ends only once it is unreachable, so that no thread reads unmapped memory.
/// </summary>
internal sealed unsafe class MappedSamples : ISampleSource
{
    private readonly SafeMemoryMappedViewHandle _view; // kept alive with the pointers
    private readonly float* _inputs; // [rows × inputs]
    private readonly int* _labels; // [rows], classification
    private readonly float* _targets; // [rows × outputs], regression
    private readonly float* _weights; // [rows]; null where samples have none

    public MappedSamples(
        SafeMemoryMappedViewHandle view, long inputsAt, long targetsAt, long? weightsAt, int rows, int inputs, int outputs, bool isClassification)
    {
        var end = (ulong)targetsAt + (ulong)rows * (ulong)(isClassification ? 1 : outputs) * sizeof(float);
        if (end > view.ByteLength || (ulong)inputsAt + (ulong)rows * (ulong)inputs * sizeof(float) > view.ByteLength ||
            (weightsAt is { } at && (ulong)at + (ulong)rows * sizeof(float) > view.ByteLength))
            throw new ArgumentException("The view is shorter than the samples.", nameof(view));
        _view = view;
        var begin = (byte*)view.DangerousGetHandle();
        _inputs = (float*)(begin + inputsAt);
        if (isClassification) _labels = (int*)(begin + targetsAt);
        else _targets = (float*)(begin + targetsAt);
        if (weightsAt is { } begins) _weights = (float*)(begin + begins);
        Rows = rows;
        Inputs = inputs;
        Outputs = outputs;
        IsClassification = isClassification;
    }

    public int Rows { get; }

    public int Inputs { get; }

    public bool IsClassification { get; }

    public int Outputs { get; }

    public bool HasWeights => _weights != null;

    public void Gather(ReadOnlySpan<int> rows, Span<float> inputs, Span<int> labels, Span<float> targets)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (i + CacheLines.RowsAhead < rows.Length) Prefetch(rows[i + CacheLines.RowsAhead]);
            var row = rows[i];
            ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(rows));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows, nameof(rows));
            InputsOf(row).CopyTo(inputs.Slice(i * Inputs, Inputs));
            if (IsClassification) labels[i] = _labels[row];
            else new ReadOnlySpan<float>(_targets + (long)row * Outputs, Outputs).CopyTo(targets.Slice(i * Outputs, Outputs));
        }
        GC.KeepAlive(_view);
    }

    public void GatherWeights(ReadOnlySpan<int> rows, Span<float> weights)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rows[i], (uint)Rows, nameof(rows));
            weights[i] = HasWeights ? _weights[rows[i]] : 1;
        }
        GC.KeepAlive(_view);
    }

    private ReadOnlySpan<float> InputsOf(int row) => new(_inputs + (long)row * Inputs, Inputs);

    private void Prefetch(int row)
    {
        if ((uint)row >= (uint)Rows) return; // refused when its turn comes
        CacheLines.Prefetch(InputsOf(row));
        if (IsClassification) CacheLines.Prefetch(new ReadOnlySpan<int>(_labels + row, 1));
    }
}
