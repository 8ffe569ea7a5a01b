using Distributed.Learning.Metrics;

namespace Distributed.Models;

/// <summary>A model's answer to one row.</summary>
/// <param name="Class">The most probable class (the earlier one on a tie); null from a regression model.</param>
/// <param name="Probabilities">Of each class, in the order of the encoding's classes; empty from a regression model.</param>
/// <param name="Value">The value in the target column's unit; null from a classifier.</param>
public sealed record Prediction(string? Class, IReadOnlyList<float> Probabilities, double? Value);

/// <summary>How well a model answers rows whose targets are known.</summary>
/// <param name="Samples">How many.</param>
/// <param name="Loss">The mean loss, as in training (a regression's in standardised units).</param>
/// <param name="Report">Confusion matrix and scores; null from a regression model.</param>
/// <param name="MeanAbsoluteError">In the target column's unit; null from a classifier.</param>
/// <param name="RSquared">The coefficient of determination; null from a classifier, and of one row or equal targets, which leave it undefined.</param>
public sealed record ModelEvaluation(
    long Samples, double Loss, ClassificationReport? Report, double? MeanAbsoluteError, double? RSquared)
{
    /// <summary>Log loss, areas under curves and calibration; null from a regression model.</summary>
    public ProbabilityReport? Probabilities { get; init; }

    /// <summary>Of a calibrated model: what follows from the network's own probabilities; otherwise null.</summary>
    public ProbabilityReport? Uncalibrated { get; init; }

    /// <summary>The root of the mean squared error, in the target column's unit; null from a classifier.</summary>
    public double? RootMeanSquaredError { get; init; }
}
