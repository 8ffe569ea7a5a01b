using Distributed.Jobs.Checks;
using ScottPlot;

namespace Distributed.Console.Reports;

/// <summary><c>importance.png</c>: the columns that matter most, by the loss that a model gains without them.</summary>
internal static class ImportancePicture
{
    private const int MostColumns = 30, LongestLabel = 24;

    /// <summary>Draws the picture.</summary>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="columns">At least one, the most important first.</param>
    /// <param name="title">The title.</param>
    public static void Write(string path, IReadOnlyList<ColumnImportance> columns, string title)
    {
        EmbeddedFont.Register();
        using var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Name);
        var shown = columns.Take(MostColumns).Reverse().ToArray();
        var places = Enumerable.Range(0, shown.Length).Select(i => (double)i).ToArray();
        var bars = plot.Add.Bars(places, shown.Select(column => column.LossIncrease).ToArray());
        bars.Horizontal = true;
        bars.Color = Color.FromHex("#1f77b4");
        var labels = shown.Select(column => column.Column.Length <= LongestLabel ? column.Column : column.Column[..(LongestLabel - 1)] + "…").ToArray();
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual(places, labels);
        plot.Axes.Left.MinimumSize = 30 + labels.Max(label => label.Length) * 7;
        plot.XLabel("increase of the loss when the column's values are exchanged");
        plot.Title(title);
        plot.SavePng(path, 760, 120 + shown.Length * 26);
    }
}
