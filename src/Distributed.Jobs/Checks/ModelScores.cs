using Distributed.Data.Samples;
using Distributed.Learning.Metrics;
using Distributed.Models;

namespace Distributed.Jobs.Checks;

/// <summary>The scores of a model on samples, beside loss and accuracy; null where undefined, and those of the other task.</summary>
/// <param name="BalancedAccuracy">The mean recall over the classes that occur.</param>
/// <param name="MacroF1">The mean F1 over the classes that occur or are predicted.</param>
/// <param name="LogLoss">Without class weights and label smoothing.</param>
/// <param name="RocAuc">Of two classes the second one's, of more the mean of each against the rest.</param>
/// <param name="PrAuc">The average precision, likewise.</param>
/// <param name="CalibrationError">The expected one.</param>
/// <param name="Threshold">Of two classes: where the second one's F1 is highest.</param>
/// <param name="MeanAbsoluteError">In the target's unit.</param>
/// <param name="RootMeanSquaredError">In the target's unit.</param>
/// <param name="RSquared">The coefficient of determination.</param>
internal sealed record ModelScores(
    double? BalancedAccuracy, double? MacroF1, double? LogLoss, double? RocAuc, double? PrAuc, double? CalibrationError, BestThreshold? Threshold,
    double? MeanAbsoluteError, double? RootMeanSquaredError, double? RSquared)
{
    /// <summary>The temperature of a calibrated model; otherwise null.</summary>
    public double? Temperature { get; private init; }

    /// <summary>The log loss of a calibrated model's network without its temperature; otherwise null.</summary>
    public double? UncalibratedLogLoss { get; private init; }

    /// <summary>The calibration error of a calibrated model's network without its temperature; otherwise null.</summary>
    public double? UncalibratedError { get; private init; }

    /// <summary>The scores of a model on samples.</summary>
    /// <param name="model">The model.</param>
    /// <param name="evaluation">What it answers.</param>
    /// <param name="samples">The samples.</param>
    public static ModelScores Of(TrainedModel model, Evaluation evaluation, ISampleSource samples)
    {
        var scores = Of(evaluation, model.Encoding.Target.Scale);
        if (model.Calibration is not { } calibration) return scores;
        var before = Evaluation.Of(model.Network, model.Parameters.ToArray(), samples, model.Encoding.Target.Classes).Probabilities;
        return scores with { Temperature = calibration.Temperature, UncalibratedLogLoss = before?.LogLoss, UncalibratedError = before?.CalibrationError };
    }

    /// <summary>The scores of an evaluation.</summary>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="targetScale">Converts standardised errors to the target's unit.</param>
    private static ModelScores Of(Evaluation evaluation, double targetScale)
    {
        var metrics = evaluation.Metrics;
        return evaluation is { Classes: { } classes, Probabilities: { } probabilities }
            ? new ModelScores(
                classes.BalancedAccuracy, classes.MacroF1, probabilities.LogLoss, probabilities.RocAuc, probabilities.PrAuc, probabilities.CalibrationError,
                probabilities.Threshold, null, null, null)
            : new ModelScores(
                null, null, null, null, null, null, null, metrics.MeanAbsoluteError * targetScale,
                metrics.MeanSquaredError is { } square ? Math.Sqrt(square) * targetScale : null, metrics.RSquared);
    }
}
