using Distributed.Learning.Metrics;
using ScottPlot;

namespace Distributed.Console.Reports;

/// <summary><c>calibration.png</c>: how often the predicted class is right, against the probability that the model gives it.</summary>
internal static class CalibrationPicture
{
    /// <summary>Draws the picture.</summary>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="report">The probabilities of at least one sample.</param>
    /// <param name="title">The title.</param>
    public static void Write(string path, ProbabilityReport report, string title)
    {
        EmbeddedFont.Register();
        using var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Name);
        var bins = report.Calibration.Where(bin => bin.Samples > 0).ToArray();
        var ideal = plot.Add.Line(0, 0, 1, 1);
        ideal.Color = Colors.Gray;
        ideal.LinePattern = LinePattern.Dotted;
        ideal.LegendText = "as sure as right";
        var curve = plot.Add.Scatter(bins.Select(bin => bin.Confidence!.Value).ToArray(), bins.Select(bin => bin.Accuracy!.Value).ToArray(), Color.FromHex("#d9730d"));
        curve.LineWidth = 2;
        curve.MarkerSize = 7;
        curve.LegendText = "this model";
        foreach (var bin in bins)
        {
            var count = plot.Add.Text(Terminals.Numbers.Count(bin.Samples), bin.Confidence!.Value, bin.Accuracy!.Value);
            count.LabelFontName = EmbeddedFont.Name;
            count.LabelFontSize = 11;
            count.LabelAlignment = Alignment.UpperLeft;
            count.OffsetX = 5;
        }

        plot.Axes.SetLimits(0, 1.05, 0, 1.05);
        plot.XLabel("probability of the predicted class");
        plot.YLabel("share that is right");
        plot.Title(title);
        plot.ShowLegend(Alignment.UpperLeft, Orientation.Vertical);
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.SavePng(path, 560, 520);
    }
}
