namespace Distributed.Models;

/// <summary>What one column contributes to an answer.</summary>
/// <param name="Column">The column.</param>
/// <param name="Contribution">By how much it moves the answer, in its unit: a probability, or the target column's unit.</param>
public sealed record ColumnContribution(string Column, double Contribution);

/// <summary>
/// Why a model answers a row so: how far each column moves the answer away from that to a row of which nothing is known
/// (<see cref="Data.Encodings.FeatureEncoding.EncodeUnknownRow"/>). The contributions add up to <see cref="Value"/> − <see cref="Baseline"/>.
/// </summary>
/// <param name="Answer">The answer.</param>
/// <param name="Class">The class whose probability is explained; null from a regression model.</param>
/// <param name="Value">What is explained: the probability of the class, or the value.</param>
/// <param name="Baseline">The same of a row of which nothing is known.</param>
/// <param name="Columns">The contributions, the largest first, of equal ones in the order of the columns.</param>
public sealed record Explanation(Prediction Answer, string? Class, double Value, double Baseline, IReadOnlyList<ColumnContribution> Columns);
