namespace Distributed.Protocol.Specification;

/// <summary>When a job ends before its last epoch. Evaluated once after each epoch, on that epoch's metrics alone.</summary>
public sealed record StopRules
{
    /// <summary>End once the validation accuracy is at least this (0 to 1].</summary>
    public double? TargetAccuracy { get; init; }

    /// <summary>End once the validation loss (the training loss without a validation set) is at most this.</summary>
    public double? TargetLoss { get; init; }

    /// <summary>End after this many epochs in a row without a lower loss than the best.</summary>
    public int? Patience { get; init; }

    /// <summary>Returns what is wrong and what is expected; null when the rules are valid.</summary>
    public string? Validate()
    {
        if (TargetAccuracy is { } accuracy && accuracy is not (> 0 and <= 1)) return $"target accuracy is {accuracy}: it must lie above 0 and at most at 1";
        if (TargetLoss is { } loss && !double.IsFinite(loss)) return $"target loss is {loss}: it must be a finite number";
        if (Patience is < 1) return $"patience is {Patience}: it must be at least 1 epoch";
        return null;
    }
}

/// <summary>Why a job completed.</summary>
public enum StopReason
{
    /// <summary>The last epoch ended.</summary>
    Epochs,

    /// <summary>A target accuracy or loss was reached.</summary>
    Target,

    /// <summary>No better loss for the given number of epochs.</summary>
    Patience,

    /// <summary>A person cancelled it.</summary>
    Cancelled,

    /// <summary>It was a trial of a search, and a rung decided against it.</summary>
    Rung,
}

/// <summary>Results of an epoch. Means over samples (over summed class weights for a weighted loss), in double.</summary>
public sealed record EpochMetrics
{
    /// <summary>Mean training loss as computed during the epoch's steps, without weight decay.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Share of training samples predicted right during the steps; null for regression.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Mean validation loss; null without a validation set.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Share of validation samples predicted right; null for regression or without a validation set.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>Mean absolute error over the validation set; null for classifiers or without one.</summary>
    public double? ValidationMae { get; init; }

    /// <summary>Coefficient of determination over the validation set; null for classifiers, without one, or where its targets are all equal.</summary>
    public double? ValidationR2 { get; init; }

    /// <summary>The loss used by stop rules and "best": the validation loss, or the training loss without a validation set.</summary>
    public double DecidingLoss => ValidationLoss ?? TrainLoss;
}
