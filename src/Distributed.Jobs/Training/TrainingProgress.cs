using Distributed.Protocol.Journal;

namespace Distributed.Jobs.Training;

/// <summary>How far a training is: told at its start, several times a second, and at the end of each epoch. Reports come one after the other.</summary>
/// <param name="Job">The job's name.</param>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Epochs">The most epochs; a stop rule may end the training before.</param>
/// <param name="Step">Weight updates done since the job began.</param>
/// <param name="Steps">Weight updates of all epochs.</param>
/// <param name="TrainLoss">The mean training loss over the current epoch's steps so far (of values in standard deviations of the target); NaN before the first.</param>
/// <param name="TrainAccuracy">The share predicted right over the same steps, 0 to 1; null for values, and before the first.</param>
public sealed record TrainingProgress(string Job, int Epoch, int Epochs, long Step, long Steps, double TrainLoss, double? TrainAccuracy)
{
    /// <summary>The epoch that this report ends; null within an epoch. Each epoch is reported once, in order.</summary>
    public TrainingEpoch? Ended { get; init; }

    /// <summary>
    /// Reports to a delegate, on the training's thread and in order: the training waits for it. A <see cref="Progress{T}"/> may report late and in
    /// another order, on a program's end not at all.
    /// </summary>
    public static IProgress<TrainingProgress> Tell(Action<TrainingProgress> tell) => new Told(tell);

    private sealed class Told(Action<TrainingProgress> tell) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => tell(value);
    }
}

/// <summary>A finished epoch.</summary>
/// <param name="Number">From 1.</param>
/// <param name="TrainLoss">The mean training loss over its steps (of values in standard deviations of the target, as all losses).</param>
/// <param name="TrainAccuracy">The share of training samples predicted right during its steps, 0 to 1; null for values.</param>
/// <param name="ValidationLoss">The mean validation loss; null without validation rows.</param>
/// <param name="ValidationAccuracy">The share of validation samples predicted right, 0 to 1; null for values, and without validation rows.</param>
/// <param name="ValidationError">The mean absolute error over the validation rows, in the target's unit; null for classes, and without validation rows.</param>
/// <param name="ValidationR2">The coefficient of determination over the validation rows; null as <paramref name="ValidationError"/>.</param>
/// <param name="IsBest">Whether its loss (of the validation rows, if there are any) was the lowest so far: <see cref="TrainingResult.Best"/> is of the last such epoch.</param>
public sealed record TrainingEpoch(
    int Number, double TrainLoss, double? TrainAccuracy, double? ValidationLoss, double? ValidationAccuracy, double? ValidationError, double? ValidationR2, bool IsBest)
{
    /// <param name="decision">As the journal has it.</param>
    /// <param name="targetScale">Converts standard deviations of the target to its unit.</param>
    internal static TrainingEpoch Of(EpochDecided decision, double targetScale) => new(
        decision.Epoch + 1, decision.Metrics.TrainLoss, decision.Metrics.TrainAccuracy, decision.Metrics.ValidationLoss,
        decision.Metrics.ValidationAccuracy, decision.Metrics.ValidationMae * targetScale, decision.Metrics.ValidationR2, decision.IsBest);
}
