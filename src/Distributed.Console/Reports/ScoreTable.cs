using System.Globalization;
using Distributed.Console.Terminals;
using Distributed.Jobs.Checks;

namespace Distributed.Console.Reports;

/// <summary>The scores of a model, one a row.</summary>
internal static class ScoreTable
{
    private const int Label = 24;

    /// <summary>The rows.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="classes">The classes' names; empty for a regression.</param>
    public static IEnumerable<StyledLine> Lines(ModelScores scores, IReadOnlyList<string> classes)
    {
        if (classes.Count == 0)
        {
            yield return Row("mean absolute error", Numbers.Loss(scores.MeanAbsoluteError));
            yield return Row("root mean sq. error", Numbers.Loss(scores.RootMeanSquaredError));
            yield return Row("R²", Numbers.Loss(scores.RSquared));
            yield break;
        }

        var of = classes.Count == 2 ? $"of class {classes[1]}" : "mean over the classes";
        yield return Row("balanced accuracy", Numbers.Percent(scores.BalancedAccuracy));
        yield return Row("macro F1", Numbers.Percent(scores.MacroF1));
        yield return Row("log loss", Numbers.Loss(scores.LogLoss), Before(scores, Numbers.Loss(scores.UncalibratedLogLoss)));
        yield return Row("ROC AUC", Numbers.Loss(scores.RocAuc), of);
        yield return Row("PR AUC", Numbers.Loss(scores.PrAuc), of);
        yield return Row("calibration error", Numbers.Percent(scores.CalibrationError), Before(scores, Numbers.Percent(scores.UncalibratedError)));
        if (classes.Count > 2) yield break;
        yield return scores.Threshold is { } best
            ? Row("best threshold", best.Probability.ToString("0.000", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"F1 of class {classes[1]} is {best.F1:0.000}"))
            : Row("best threshold", Numbers.None);
    }

    private static string? Before(ModelScores scores, string value) => scores.Temperature is { } temperature
        ? string.Create(CultureInfo.InvariantCulture, $"{value} before the temperature {temperature:0.000}")
        : null;

    private static StyledLine Row(string name, string value, string? remark = null)
    {
        var line = new StyledLine().Add(("  " + name).PadRight(Label), Tone.Faint).Add(value, Tone.Strong);
        return remark is null ? line : line.Add("  " + remark, Tone.Faint);
    }
}
