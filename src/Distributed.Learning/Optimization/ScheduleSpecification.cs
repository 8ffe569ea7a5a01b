using Distributed.Tensors.Mathematics;

namespace Distributed.Learning.Optimization;

/// <summary>The course of the learning rate after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>The base rate throughout.</summary>
    Constant,

    /// <summary>Multiplied by a factor every fixed number of epochs (<c>torch.optim.lr_scheduler.StepLR</c>).</summary>
    Step,

    /// <summary>
    /// Half a cosine wave from the base rate to the minimum over the job's steps after the warm-up
    /// (<c>CosineAnnealingLR</c>; I. Loshchilov, F. Hutter, "SGDR", 2017, without restarts).
    /// </summary>
    Cosine,
}

/// <summary>The learning rate as a pure function of the step. Part of the job's specification; immutable.</summary>
public sealed record ScheduleSpecification
{
    /// <summary>The course of the rate after the warm-up.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Constant;

    /// <summary>
    /// During the first steps, this many, the rate is multiplied by (t + 1) / <see cref="WarmupSteps"/>, t from 0, so that step
    /// WarmupSteps − 1 is the first at the full rate. 0 for no warm-up.
    /// </summary>
    public long WarmupSteps { get; init; }

    /// <summary><see cref="ScheduleKind.Step"/>: the number of epochs between two changes, counted from the job's first epoch.</summary>
    public int StepEpochs { get; init; } = 10;

    /// <summary><see cref="ScheduleKind.Step"/>: what the rate is multiplied by at each change, in (0, 1].</summary>
    public double StepFactor { get; init; } = 0.1;

    /// <summary>
    /// <see cref="ScheduleKind.Step"/> and <see cref="ScheduleKind.Cosine"/>: the rate does not fall below this (before the warm-up's
    /// factor); not above the base rate.
    /// </summary>
    public double MinimumLearningRate { get; init; }

    /// <summary>The errors of the settings, with their remedies.</summary>
    /// <param name="baseRate">The optimizer's learning rate, to judge the minimum against; null to leave that out.</param>
    /// <returns>One sentence, or null when nothing is wrong. Only settings that the kind uses are judged.</returns>
    public string? Validate(double? baseRate = null)
    {
        if (!Enum.IsDefined(Kind))
            return $"the schedule kind {(int)Kind} is unknown: choose one of {string.Join(", ", Enum.GetNames<ScheduleKind>())}";
        if (WarmupSteps is < 0 or > 1_000_000_000)
            return $"the warm-up is {WarmupSteps} steps: it must lie between 0 (none) and 1,000,000,000";
        if (Kind == ScheduleKind.Step)
        {
            if (StepEpochs < 1)
                return $"the step schedule changes every {StepEpochs} epochs: it must be at least 1";
            if (!(StepFactor is > 0 and <= 1))
                return $"the step schedule's factor is {StepFactor}: it must lie above 0 and not above 1 (usual: 0.1)";
        }

        if (Kind != ScheduleKind.Constant)
        {
            if (!(MinimumLearningRate is >= 0 and <= 1000))
                return $"the minimum learning rate is {MinimumLearningRate}: it must lie between 0 and the learning rate";
            if (baseRate is { } rate && MinimumLearningRate > rate)
                return $"the minimum learning rate is {MinimumLearningRate}: it must not be above the learning rate ({rate})";
        }

        return null;
    }

    /// <summary>The learning rate of one step, computed in double with fixed operations and rounded to float32 once.</summary>
    /// <param name="step">The step t, from 0; past <paramref name="totalSteps"/> the rate keeps its final value.</param>
    /// <param name="totalSteps">The steps that the job takes if no rule stops it early: epochs × steps per epoch.</param>
    /// <param name="stepsPerEpoch">The steps of one epoch, at least 1.</param>
    /// <param name="baseRate">The optimizer's learning rate.</param>
    /// <returns>The learning rate as float32.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative or an epoch has no steps.</exception>
    public float LearningRateAt(long step, long totalSteps, int stepsPerEpoch, double baseRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepsPerEpoch, 1);
        var rate = Kind switch
        {
            ScheduleKind.Step => Math.Max(baseRate * DeterministicMath.Pow(StepFactor, step / stepsPerEpoch / StepEpochs), Floor(baseRate)),
            ScheduleKind.Cosine => Cosine(step, totalSteps, baseRate),
            _ => baseRate,
        };
        if (step < WarmupSteps)
            rate = rate * (step + 1) / WarmupSteps;
        return (float)rate;
    }

    private double Cosine(long step, long totalSteps, double baseRate)
    {
        var past = Math.Max(step - WarmupSteps, 0);
        var length = totalSteps - WarmupSteps;
        var progress = past >= length ? (past == 0 ? 0.0 : 1.0) : (double)past / length;
        var minimum = Floor(baseRate);
        return minimum + (baseRate - minimum) * (0.5 * (1 + DeterministicMath.Cos(Math.PI * progress)));
    }

    private double Floor(double baseRate) => Math.Min(MinimumLearningRate, baseRate);
}
