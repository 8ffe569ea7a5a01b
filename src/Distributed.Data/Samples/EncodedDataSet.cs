using Distributed.Data.Encodings;

namespace Distributed.Data.Samples;

/// <summary>A data set ready for a network: samples to learn from, samples to validate with, and how raw rows become inputs.</summary>
public sealed class EncodedDataSet
{
    /// <summary>What the data set is called: the built-in name or the path as given.</summary>
    public required string Name { get; init; }

    /// <summary>The samples to learn from.</summary>
    public required ISampleSource Training { get; init; }

    /// <summary>The samples to validate with; null when there are none.</summary>
    public ISampleSource? Validation { get; init; }

    /// <summary>How raw rows become network inputs, fitted on the training samples; travels with the model.</summary>
    public required FeatureEncoding Encoding { get; init; }

    /// <summary>SHA-256 over the canonical byte form of both parts (see <see cref="SampleHash"/>), lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Remarks for the user about the reading of the data, one sentence each, such as a dropped column.</summary>
    public IReadOnlyList<DataNote> Notes { get; init; } = [];

    /// <summary>The same under another name.</summary>
    internal EncodedDataSet Called(string name) => name == Name ? this : new EncodedDataSet
    {
        Name = name,
        Training = Training,
        Validation = Validation,
        Encoding = Encoding,
        Sha256 = Sha256,
        Notes = Notes,
    };
}
