namespace Distributed.Data.Samples;

/// <summary>The samples of a job: what its workers need to know of a data set.</summary>
/// <param name="Training">The samples to learn from.</param>
/// <param name="Validation">The samples to validate with; null when there are none.</param>
public sealed record SampleSet(ISampleSource Training, ISampleSource? Validation);
