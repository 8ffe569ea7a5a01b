namespace Distributed.Learning.Randomness;

/// <summary>
/// What a random stream is for. Streams of different purposes never share numbers, so that adding a consumer of randomness changes
/// no other's. The numbers are part of every trained weight's history: they are never changed or reused.
/// </summary>
public enum StreamPurpose
{
    /// <summary>Initial weights; a = layer.</summary>
    Initialization = 1,

    /// <summary>The order of the training samples; a = epoch.</summary>
    SampleOrder = 2,

    /// <summary>Dropout masks; a = step, b = shard.</summary>
    Dropout = 3,

    /// <summary>The split into training and validation samples; a = stratum.</summary>
    Split = 4,

    /// <summary>Generated data sets.</summary>
    Generator = 5,

    /// <summary>The proposals of a search; a = trial, b = draw.</summary>
    Search = 6,
}
