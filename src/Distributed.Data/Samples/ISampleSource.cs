namespace Distributed.Data.Samples;

/// <summary>
/// Encoded samples, read by row in training and evaluation. Immutable and safe to read from several threads.
/// </summary>
public interface ISampleSource
{
    /// <summary>The number of samples.</summary>
    int Rows { get; }

    /// <summary>The number of network inputs of a sample.</summary>
    int Inputs { get; }

    /// <summary>Whether a sample carries a class (true) or target values (false).</summary>
    bool IsClassification { get; }

    /// <summary>The number of network outputs: classes, or target values of a sample.</summary>
    int Outputs { get; }

    /// <summary>Whether samples have weights: how much each counts, relative to the others.</summary>
    bool HasWeights => false;

    /// <summary>Copies the samples of the given rows, in the given order, into the caller's memory. Allocates nothing.</summary>
    /// <param name="rows">The rows, each in [0, <see cref="Rows"/>), any order, repetitions allowed.</param>
    /// <param name="inputs">Receives [rows × <see cref="Inputs"/>], row-major; may be longer.</param>
    /// <param name="labels">Receives the class of each row in classification (may be longer); not touched in regression.</param>
    /// <param name="targets">Receives [rows × <see cref="Outputs"/>] in regression (may be longer); not touched in classification.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row is outside [0, <see cref="Rows"/>).</exception>
    /// <exception cref="ArgumentException">A receiving span is too short.</exception>
    void Gather(ReadOnlySpan<int> rows, Span<float> inputs, Span<int> labels, Span<float> targets);

    /// <summary>Copies the weights of the given rows, in the given order, into the caller's memory. Allocates nothing.</summary>
    /// <param name="rows">The rows, each in [0, <see cref="Rows"/>).</param>
    /// <param name="weights">Receives [rows] weights above 0 (may be longer): 1 each where samples have none.</param>
    void GatherWeights(ReadOnlySpan<int> rows, Span<float> weights) => weights[..rows.Length].Fill(1);
}
