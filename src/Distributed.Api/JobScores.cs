namespace Distributed.Api;

/// <summary>How well a checkpoint's model answers the job's validation samples, or its training samples where it has no others. Undefined scores and those of the other task are absent.</summary>
public sealed record JobScores
{
    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>The step of the checkpoint.</summary>
    public required long Step { get; init; }

    /// <summary>How many samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Whether they were held back for validation.</summary>
    public required bool OfValidation { get; init; }

    /// <summary>The mean loss, as in training; a regression's in standardised units.</summary>
    public double? Loss { get; init; }

    /// <summary>The share predicted correctly.</summary>
    public double? Accuracy { get; init; }

    /// <summary>The mean recall over the classes that occur.</summary>
    public double? BalancedAccuracy { get; init; }

    /// <summary>The mean F1 over the classes that occur or are predicted.</summary>
    public double? MacroF1 { get; init; }

    /// <summary>Mean of −ln of the true class's probability, without class weights and label smoothing.</summary>
    public double? LogLoss { get; init; }

    /// <summary>The area under the receiver operating characteristic: of the second of two classes, or the mean of each class against the rest.</summary>
    public double? RocAuc { get; init; }

    /// <summary>The area under precision and recall (average precision), likewise.</summary>
    public double? PrAuc { get; init; }

    /// <summary>The expected calibration error: mean distance between confidence and accuracy.</summary>
    public double? CalibrationError { get; init; }

    /// <summary>The temperature of a calibrated model.</summary>
    public double? Temperature { get; init; }

    /// <summary>The log loss of a calibrated model's network without its temperature.</summary>
    public double? UncalibratedLogLoss { get; init; }

    /// <summary>The calibration error of a calibrated model's network without its temperature.</summary>
    public double? UncalibratedError { get; init; }

    /// <summary>Of two classes: the probability of the second from which on to answer it for the highest F1.</summary>
    public double? BestThreshold { get; init; }

    /// <summary>The second class's F1 with that threshold.</summary>
    public double? BestThresholdF1 { get; init; }

    /// <summary>The mean absolute error in the target's unit.</summary>
    public double? Mae { get; init; }

    /// <summary>The root of the mean squared error in the target's unit.</summary>
    public double? Rmse { get; init; }

    /// <summary>The coefficient of determination.</summary>
    public double? R2 { get; init; }

    /// <summary>The classes, in the order of <see cref="Confusion"/>; null from a regression.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>How often each class (first index) was predicted as each (second index); null from a regression and above <see cref="MostClasses"/> classes.</summary>
    public IReadOnlyList<IReadOnlyList<long>>? Confusion { get; init; }

    /// <summary>Classes whose confusion matrix is told.</summary>
    public const int MostClasses = 100;
}
