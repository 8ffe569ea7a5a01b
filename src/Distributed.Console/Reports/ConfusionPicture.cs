using Distributed.Console.Terminals;
using Distributed.Learning.Metrics;
using ScottPlot;

namespace Distributed.Console.Reports;

/// <summary><c>confusion.png</c>: the confusion matrix, each row shaded by its shares, with the counts in the cells.</summary>
internal static class ConfusionPicture
{
    /// <summary>With more classes the cells would be too small to hold anything.</summary>
    public const int MostClasses = 60;

    private const int MostCountedClasses = 30, LongestLabel = 14;

    /// <summary>Draws the picture.</summary>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="report">The counts; at most <see cref="MostClasses"/> classes.</param>
    /// <param name="title">The title.</param>
    public static void Write(string path, ClassificationReport report, string title)
    {
        EmbeddedFont.Register();
        using var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Name);
        var classes = report.Classes.Count;
        var side = Math.Clamp(classes * 48, 320, 1200);
        var shares = new double[classes, classes];
        var totals = new long[classes];
        for (var actual = 0; actual < classes; actual++)
        {
            for (var predicted = 0; predicted < classes; predicted++) totals[actual] += report[actual, predicted];
            for (var predicted = 0; predicted < classes; predicted++)
                shares[actual, predicted] = totals[actual] == 0 ? 0 : (double)report[actual, predicted] / totals[actual];
        }
        // Square roots, so that rare confusions are seen too.
        var shades = new double[classes, classes];
        for (var i = 0; i < classes * classes; i++) shades[i / classes, i % classes] = Math.Sqrt(shares[i / classes, i % classes]);
        var map = plot.Add.Heatmap(shades);
        map.Colormap = new ScottPlot.Colormaps.Blues().Reversed();
        map.ManualRange = new ScottPlot.Range(0, 1);
        // Row 0 of a heat map is at the top, at y = classes − 1.
        if (classes <= MostCountedClasses) AddCounts(plot, report, shares);
        var places = Enumerable.Range(0, classes).Select(i => (double)i).ToArray();
        var labels = report.Classes.Select(l => l.Length <= LongestLabel ? l : l[..(LongestLabel - 1)] + "…").ToArray();
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(places, labels);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual(places, [.. labels.Reverse()]);
        if (labels.Any(l => l.Length > 4))
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = -45;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
            plot.Axes.Bottom.MinimumSize = 40 + labels.Max(l => l.Length) * 6;
        }
        plot.Axes.Left.MinimumSize = 50 + labels.Max(l => l.Length) * 7;
        plot.Axes.Margins(0, 0);
        plot.HideGrid();
        plot.XLabel("predicted class");
        plot.YLabel("actual class");
        plot.Title(title);
        plot.SavePng(path, side + 120, side + 110);
    }

    private static void AddCounts(Plot plot, ClassificationReport report, double[,] shares)
    {
        var classes = report.Classes.Count;
        for (var actual = 0; actual < classes; actual++)
        {
            for (var predicted = 0; predicted < classes; predicted++)
            {
                if (report[actual, predicted] == 0) continue;
                var text = plot.Add.Text(Numbers.Count(report[actual, predicted]), predicted, classes - 1 - actual);
                text.LabelFontName = EmbeddedFont.Name;
                text.LabelFontSize = classes > 15 ? 9 : 13;
                text.LabelAlignment = Alignment.MiddleCenter;
                text.LabelFontColor = shares[actual, predicted] > 0.3 ? Colors.White : Colors.Black;
            }
        }
    }
}
