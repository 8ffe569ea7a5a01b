using Distributed.Console.Terminals;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Reports;

/// <summary>Loss and accuracy (mean error for a regression) over the epochs, two charts side by side.</summary>
internal static class CurveReport
{
    private const int Height = 8, Gap = 3;

    /// <summary>The charts; one alone when there is nothing to put beside the loss.</summary>
    public static IEnumerable<StyledLine> Lines(IReadOnlyList<EpochDecided> epochs, int width)
    {
        var metrics = epochs.Select(e => e.Metrics).ToArray();
        var (first, last) = (epochs[0].Epoch + 1, epochs[^1].Epoch + 1);
        var validates = metrics.Any(m => m.ValidationLoss is not null);
        var losses = new List<ChartSeries> { new(Tone.Training, false, [.. metrics.Select(m => m.TrainLoss)]) };
        if (validates) losses.Add(new(Tone.Validation, true, [.. metrics.Select(m => m.ValidationLoss ?? double.NaN)]));
        var (title, others, label) = Second(metrics);

        var half = (width - Gap) / 2;
        var left = TerminalChart.Draw("loss by epoch", losses, others.Count > 0 ? half : width, Height, Numbers.Loss, first, last);
        if (others.Count > 0)
        {
            var right = TerminalChart.Draw(title, others, half, Height, label, first, last);
            for (var i = 0; i < left.Count && i < right.Count; i++) left[i].AddAt(half + Gap, right[i]);
        }
        foreach (var line in left) yield return line;
        if (validates)
        {
            yield return new StyledLine().Add("  ")
                .Add("──", Tone.Training).Add(" training   ").Add("━━", Tone.Validation).Add(" validation");
        }
    }

    private static (string Title, List<ChartSeries> Series, Func<double, string> Label) Second(EpochMetrics[] metrics)
    {
        var series = new List<ChartSeries>();
        if (metrics.Any(m => m.TrainAccuracy is not null || m.ValidationAccuracy is not null))
        {
            if (metrics.Any(m => m.TrainAccuracy is not null))
                series.Add(new(Tone.Training, false, [.. metrics.Select(m => m.TrainAccuracy ?? double.NaN)]));
            if (metrics.Any(m => m.ValidationAccuracy is not null))
                series.Add(new(Tone.Validation, true, [.. metrics.Select(m => m.ValidationAccuracy ?? double.NaN)]));
            return ("accuracy by epoch", series, v => (v * 100).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) + "%");
        }
        if (metrics.Any(m => m.ValidationMae is not null))
            series.Add(new(Tone.Validation, true, [.. metrics.Select(m => m.ValidationMae ?? double.NaN)]));
        return ("mean absolute error by epoch", series, Numbers.Loss);
    }
}
