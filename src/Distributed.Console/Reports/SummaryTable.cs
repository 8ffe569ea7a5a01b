using System.Globalization;
using Distributed.Console.Terminals;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Reports;

/// <summary>The end of a run in a few rows: last and best epoch, speed, hash, folder.</summary>
internal static class SummaryTable
{
    /// <summary>The table.</summary>
    public static IEnumerable<StyledLine> Lines(RunReport report)
    {
        yield return new StyledLine()
            .Add(report.Job.Value, Tone.Strong)
            .Add($" is done: {StopWords.Because(report.Reason)} ")
            .Add($"({Numbers.Of(report.Epochs.Count, "epoch")}, {Numbers.Of(report.Steps, "step")})", Tone.Faint);
        foreach (var line in Metrics(report)) yield return line;
        if (report.SamplesPerSecond > 0) yield return Row("speed", $"{Numbers.Rate(report.SamplesPerSecond).Replace("/s", " samples/s", StringComparison.Ordinal)}, "
            + Numbers.Seconds(report.Seconds) + (report.Workers is { } workers ? ", " + Numbers.Of(workers, "worker") : ""));
        yield return Row("weights", report.WeightsSha256);
        if (report.Folder is { } folder) yield return Row("folder", folder);
    }

    /// <summary>The run in one line, for <c>--quiet</c>.</summary>
    public static string OneLine(RunReport report)
    {
        var metrics = report.Last;
        var parts = new List<string>();
        if (metrics?.ValidationAccuracy is { } accuracy) parts.Add($"validation accuracy {Numbers.Percent(accuracy)}");
        if (metrics?.ValidationMae is { } mae) parts.Add($"validation mean error {Numbers.Loss(mae)}");
        if (metrics?.ValidationLoss is { } validation) parts.Add($"validation loss {Numbers.Loss(validation)}");
        else if (metrics is not null) parts.Add($"train loss {Numbers.Loss(metrics.TrainLoss)}");
        parts.Add($"{Numbers.Of(report.Epochs.Count, "epoch")} in {Numbers.Seconds(report.Seconds)}");
        parts.Add($"weights {report.WeightsSha256}");
        return $"{report.Job}: {string.Join(", ", parts)}";
    }

    private static IEnumerable<StyledLine> Metrics(RunReport report)
    {
        if (report.Last is not { } last || report.Best is not { } best) yield break;
        const int Label = 22, Column = 13;
        var sameEpoch = best.Epoch == report.Epochs.Count - 1;
        var head = "".PadRight(Label) + "last".PadLeft(Column) + (sameEpoch ? "" : "best".PadLeft(Column));
        yield return StyledLine.Of(head, Tone.Faint);

        StyledLine Metric(string name, Func<EpochMetrics, double?> pick, Func<double?, string> show, Tone tone = Tone.Normal)
        {
            var line = new StyledLine().Add(("  " + name).PadRight(Label), Tone.Faint).Add(show(pick(last)).PadLeft(Column), tone);
            return sameEpoch ? line : line.Add(show(pick(best.Metrics)).PadLeft(Column), tone);
        }

        yield return Metric("epoch", m => ReferenceEquals(m, last) ? report.Epochs.Count : best.Epoch + 1,
            v => v!.Value.ToString("0", CultureInfo.InvariantCulture));
        yield return Metric("train loss", m => m.TrainLoss, Numbers.Loss);
        if (last.ValidationLoss is not null) yield return Metric("validation loss", m => m.ValidationLoss, Numbers.Loss);
        if (last.ValidationAccuracy is not null) yield return Metric("validation accuracy", m => m.ValidationAccuracy, Numbers.Percent, Tone.Strong);
        else if (last.TrainAccuracy is not null) yield return Metric("train accuracy", m => m.TrainAccuracy, Numbers.Percent, Tone.Strong);
        if (last.ValidationMae is null) yield break;
        yield return Metric("mean absolute error", m => m.ValidationMae, Numbers.Loss, Tone.Strong);
        yield return Metric("R²", m => m.ValidationR2, Numbers.Loss);
    }

    private static StyledLine Row(string name, string value) => new StyledLine().Add(("  " + name).PadRight(12), Tone.Faint).Add(value);
}
