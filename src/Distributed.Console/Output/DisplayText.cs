using Distributed.Console.Terminals;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Output;

/// <summary>Formats facts as text.</summary>
internal static class DisplayText
{
    /// <summary>64 → 128 relu → 10.</summary>
    public static string Of(NetworkSpecification network)
    {
        var activation = Choices.NameOf(Choices.Activations, network.Activation);
        var hidden = network.Hidden.Count == 0 ? "" : $"{string.Join(" → ", network.Hidden)} {activation} → ";
        return $"{network.Inputs} → {hidden}{network.Outputs}";
    }

    /// <summary>adam 0.001.</summary>
    public static string Of(OptimizerSpecification optimizer) =>
        $"{Choices.NameOf(Choices.Optimizers, optimizer.Kind)} {optimizer.LearningRate.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>The heading of a run, two lines.</summary>
    public static IEnumerable<StyledLine> Heading(RunHeading run)
    {
        var specification = run.Specification;
        yield return new StyledLine()
            .Add(run.Job.Value, Tone.Strong)
            .Add($"  {run.DataName}: {Numbers.Of(specification.Data.TrainingSamples, "sample")}")
            .Add(specification.Data.ValidationSamples > 0 ? $" and {Numbers.Count(specification.Data.ValidationSamples)} for validation" : "");
        yield return StyledLine.Of(
            $"{Of(specification.Network)} ({Numbers.Of(run.Parameters, "parameter")}), {Of(specification.Optimizer)}, "
            + $"batch {specification.BatchSize}, seed {specification.Seed}", Tone.Faint);
        yield return StyledLine.Of(
            (run.Workers is { } workers ? (run.Threads is null ? "began with " : "") + Numbers.Of(workers, "worker") + ", " : "")
            + Numbers.Of(run.Blocks, "parameter block")
            + (run.Threads is { } threads ? ", " + Numbers.Of(threads, "thread") : "")
            + (run.FromStep > 0 ? $", from step {Numbers.Count(run.FromStep)} on" : ""), Tone.Faint);
    }

    /// <summary>The metrics of an epoch in columns, under the heading <see cref="EpochColumns"/>.</summary>
    public static StyledLine Of(EpochRow row, int epochs)
    {
        var metrics = row.Metrics;
        var of = $"{row.Epoch}/{epochs}".PadLeft(9);
        var line = new StyledLine().Add(of).Add(Numbers.Loss(metrics.TrainLoss).PadLeft(13));
        if (metrics.TrainAccuracy is { } accuracy) line.Add(Numbers.Percent(accuracy).PadLeft(12), Tone.Faint);
        if (metrics.ValidationLoss is { } loss) line.Add(Numbers.Loss(loss).PadLeft(13));
        if (metrics.ValidationAccuracy is { } right) line.Add(Numbers.Percent(right).PadLeft(12), Tone.Strong);
        if (metrics.ValidationMae is { } mae) line.Add(Numbers.Loss(mae).PadLeft(12), Tone.Strong).Add(Numbers.Loss(metrics.ValidationR2).PadLeft(10));
        line.Add(Numbers.Rate(row.SamplesPerSecond).PadLeft(13), Tone.Faint);
        return line.Add(row.Decision.IsBest ? "  best" : "", Tone.Good);
    }

    /// <summary>The heading over <see cref="Of(EpochRow, int)"/>.</summary>
    public static StyledLine EpochColumns(JobSpecification specification)
    {
        var classifies = specification.Network.Output == OutputKind.Softmax;
        var validates = specification.Data.ValidationSamples > 0;
        return StyledLine.Of(
            "epoch".PadLeft(9) + "train loss".PadLeft(13) + (classifies ? "accuracy".PadLeft(12) : "")
            + (validates ? "valid. loss".PadLeft(13) : "")
            + (validates && classifies ? "accuracy".PadLeft(12) : "")
            + (validates && !classifies ? "mean error".PadLeft(12) + "R²".PadLeft(10) : "")
            + "samples".PadLeft(13), Tone.Faint);
    }
}
