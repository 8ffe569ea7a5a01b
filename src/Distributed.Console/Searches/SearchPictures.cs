using System.Globalization;
using Distributed.Console.Reports;
using Distributed.Protocol.Search;
using ScottPlot;

namespace Distributed.Console.Searches;

/// <summary>
/// The pictures of a search: <c>trials.png</c>, the metric by trial with the best so far; <c>settings.png</c>, the metric against each setting;
/// <c>parallel.png</c>, a line for each trial across all settings.
/// </summary>
internal static class SearchPictures
{
    private const int Width = 900, Height = 480, PanelWidth = 420;

    private static readonly Color Dot = Color.FromHex("#1f77b4"), Best = Color.FromHex("#2ca02c"), Early = Color.FromHex("#b0b8c0");

    /// <summary>Draws them; none without a trial that has a value.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="view">The search.</param>
    public static void Write(string folder, SearchView view)
    {
        var trials = view.History.Trials.Where(trial => trial.Last?.Value is { } value && double.IsFinite(value)).ToArray();
        if (trials.Length == 0) return;
        EmbeddedFont.Register();
        Trials(Path.Combine(folder, "trials.png"), view, trials);
        OfSettings(Path.Combine(folder, "settings.png"), view, trials);
        Parallel(Path.Combine(folder, "parallel.png"), view, trials);
    }

    private static void Trials(string path, SearchView view, SearchTrial[] trials)
    {
        using var plot = New($"{view.Search.Id}: {view.Goal} by trial", "trial", view.Goal);
        Points(plot, view, trials, trial => trial.Number + 1);
        var goal = view.Search.Specification.Goal;
        SearchTrial? best = null;
        var (x, y) = (new List<double>(), new List<double>());
        foreach (var trial in trials)
        {
            if (best is null || Ranking.Sort(goal, [best, trial])[0] == trial) best = trial;
            x.Add(trial.Number + 1);
            y.Add(Value(view, best));
        }
        var line = plot.Add.Scatter(x.ToArray(), y.ToArray(), Best);
        line.ConnectStyle = ConnectStyle.StepHorizontal;
        line.MarkerSize = 0;
        line.LineWidth = 2;
        line.LegendText = "best so far";
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        Legend(plot);
        plot.SavePng(path, Width, Height);
    }

    private static void OfSettings(string path, SearchView view, SearchTrial[] trials)
    {
        var panels = new Multiplot();
        panels.RemovePlot(panels.GetPlot(0));
        var space = view.Search.Specification.Space;
        for (var d = 0; d < space.Count; d++)
        {
            var (dimension, index) = (space[d], d);
            var plot = New(dimension.Name, dimension.Name, view.Goal);
            Points(plot, view, trials, trial => dimension.CoordinateOf(trial.Values[index]));
            plot.Axes.Bottom.TickGenerator = Ticks(dimension);
            plot.HideLegend(); // it would hide points; the colours are those of trials.png
            panels.AddPlot(plot);
        }
        panels.Layout = new ScottPlot.MultiplotLayouts.Columns();
        panels.SavePng(path, PanelWidth * space.Count, Height);
    }

    /// <summary>Each axis goes from 0 to 1 in a setting's own measure; the last is the metric, the best on top.</summary>
    private static void Parallel(string path, SearchView view, SearchTrial[] trials)
    {
        var (space, goal) = (view.Search.Specification.Space, view.Search.Specification.Goal);
        using var plot = New($"{view.Search.Id}: all trials", "", "");
        var scores = trials.Select(trial => Ranking.Score(goal, trial.Last)).ToArray();
        var (least, span) = (scores.Min(), Math.Max(scores.Max() - scores.Min(), 1e-300));
        var map = new ScottPlot.Colormaps.Viridis();
        double[] x = [.. Enumerable.Range(0, space.Count + 1).Select(i => (double)i)];
        foreach (var trial in Ranking.Sort(goal, trials).Reverse()) // the best lies above the others
        {
            var share = 1 - (Ranking.Score(goal, trial.Last) - least) / span;
            double[] y = [.. space.Select((dimension, d) => dimension.CoordinateOf(trial.Values[d])), share];
            var line = plot.Add.Scatter(x, y, map.GetColor(share).WithAlpha(0.8));
            line.LineWidth = trial == view.History.Best ? 4 : 1.5f;
            line.MarkerSize = 4;
        }
        foreach (var at in x) plot.Add.VerticalLine(at, 1, Early);
        plot.Axes.Bottom.SetTicks(x, [.. space.Select(Name), $"{view.Goal}\nbest on top"]);
        plot.Axes.Left.SetTicks([], []);
        plot.Axes.SetLimitsX(-0.4, space.Count + 0.4);
        plot.SavePng(path, Math.Max(Width, 180 * (space.Count + 1)), Height);
    }

    private static string Name(SearchDimension dimension) => dimension.Choices is { } choices
        ? $"{dimension.Name}\n{string.Join(" | ", choices.Take(4))}{(choices.Count > 4 ? " …" : "")}"
        : string.Create(CultureInfo.InvariantCulture, $"{dimension.Name}\n{dimension.Low} to {dimension.High}");

    private static void Points(Plot plot, SearchView view, SearchTrial[] trials, Func<SearchTrial, double> x)
    {
        var most = trials.Max(trial => trial.Results.Count);
        foreach (var (group, color, name) in new[]
                 {
                     (trials.Where(trial => trial.Results.Count < most), Early, "dropped early"), (trials.Where(trial => trial.Results.Count == most), Dot, "all rungs"),
                     (trials.Where(trial => trial == view.History.Best), Best, "best"),
                 })
        {
            var shown = group.ToArray();
            if (shown.Length == 0) continue;
            var points = plot.Add.Markers(shown.Select(x).ToArray(), shown.Select(trial => Value(view, trial)).ToArray(), MarkerShape.FilledCircle, 8, color);
            points.LegendText = name;
        }
    }

    private static ScottPlot.TickGenerators.NumericManual Ticks(SearchDimension dimension)
    {
        const int Steps = 4;
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        if (dimension.Choices is { } choices)
        {
            for (var i = 0; i < choices.Count; i++) ticks.AddMajor(dimension.CoordinateOf(choices[i]), choices[i]);
            return ticks;
        }
        for (var i = 0; i <= Steps; i++) ticks.AddMajor(i / (double)Steps, dimension.ValueAt(Math.Min(i / (double)Steps, Math.BitDecrement(1.0))));
        return ticks;
    }

    private static Plot New(string title, string x, string y)
    {
        var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Name);
        plot.Title(title);
        plot.XLabel(x);
        plot.YLabel(y);
        plot.Axes.Margins(0.05, 0.1);
        return plot;
    }

    private static void Legend(Plot plot)
    {
        plot.ShowLegend(Alignment.UpperRight, Orientation.Vertical);
        plot.Legend.ShadowColor = Colors.Transparent;
    }

    private static double Value(SearchView view, SearchTrial trial) => view.InUnits(trial.Last!.Value)!.Value;
}
