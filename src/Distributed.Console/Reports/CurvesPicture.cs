using Distributed.Protocol.Journal;
using ScottPlot;

namespace Distributed.Console.Reports;

/// <summary><c>curves.png</c>: loss, and accuracy or mean error, over the epochs.</summary>
internal static class CurvesPicture
{
    private const int Width = 1200, Height = 480;

    private static readonly Color Training = Color.FromHex("#1f77b4"), Validation = Color.FromHex("#d9730d"), Best = Color.FromHex("#2ca02c");

    /// <summary>Draws the picture.</summary>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="epochs">At least one.</param>
    /// <param name="title">The title of the left plot.</param>
    public static void Write(string path, IReadOnlyList<EpochDecided> epochs, string title)
    {
        EmbeddedFont.Register();
        var x = epochs.Select(e => e.Epoch + 1.0).ToArray();
        var metrics = epochs.Select(e => e.Metrics).ToArray();
        var plots = new List<Plot>
        {
            Draw(title + ": loss", x, [.. metrics.Select(m => (double?)m.TrainLoss)], [.. metrics.Select(m => m.ValidationLoss)], 1, Alignment.UpperRight),
        };
        if (metrics.Any(m => m.TrainAccuracy is not null || m.ValidationAccuracy is not null))
            plots.Add(Draw("accuracy, %", x, [.. metrics.Select(m => m.TrainAccuracy)], [.. metrics.Select(m => m.ValidationAccuracy)], 100, Alignment.LowerRight));
        else if (metrics.Any(m => m.ValidationMae is not null))
            plots.Add(Draw("mean absolute error", x, [], [.. metrics.Select(m => m.ValidationMae)], 1, Alignment.UpperRight));
        if (EpochDecisions.Best(epochs) is { } best)
        {
            foreach (var plot in plots)
            {
                var line = plot.Add.VerticalLine(best.Epoch + 1, 1, Best, LinePattern.Dotted);
                line.LegendText = $"best loss: epoch {best.Epoch + 1}";
            }
        }
        var multiplot = new Multiplot();
        multiplot.RemovePlot(multiplot.GetPlot(0));
        foreach (var plot in plots) multiplot.AddPlot(plot);
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Columns();
        multiplot.SavePng(path, plots.Count == 1 ? Width / 2 : Width, Height);
    }

    private static Plot Draw(string title, double[] x, double?[] training, double?[] validation, double scale, Alignment legend)
    {
        var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Name);
        Add(plot, x, training, scale, "training", Training);
        Add(plot, x, validation, scale, "validation", Validation);
        plot.Title(title);
        plot.XLabel("epoch");
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.ShowLegend(legend, Orientation.Vertical);
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Axes.Margins(0.03, 0.12);
        return plot;
    }

    private static void Add(Plot plot, double[] x, double?[] values, double scale, string name, Color color)
    {
        var points = x.Zip(values, (at, value) => (At: at, Value: value ?? double.NaN)).Where(p => double.IsFinite(p.Value)).ToArray();
        if (points.Length == 0) return;
        var curve = plot.Add.Scatter(points.Select(p => p.At).ToArray(), points.Select(p => p.Value * scale).ToArray(), color);
        curve.LegendText = name;
        curve.LineWidth = 2;
        curve.MarkerSize = points.Length <= 40 ? 5 : 0;
    }
}
