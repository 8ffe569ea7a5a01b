using System.Globalization;
using System.Text;
using Distributed.Dashboard.Texts;

namespace Distributed.Dashboard.Charts;

/// <summary>How curves are shown.</summary>
public sealed record ChartView
{
    /// <summary>Whether the values' axis is logarithmic.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>The memory of the exponential mean, 0 for none.</summary>
    public double Smoothing { get; init; }

    /// <summary>The first X that is shown.</summary>
    public double From { get; init; } = double.NegativeInfinity;

    /// <summary>The last X that is shown.</summary>
    public double To { get; init; } = double.PositiveInfinity;
}

/// <summary>A mark on an axis.</summary>
public sealed record ChartTick(double Place, string Text);

/// <summary>Curves as places of a drawing, ready for SVG.</summary>
internal sealed class ChartDrawing
{
    /// <summary>Points of one curve that are drawn.</summary>
    public const int MostPoints = 400;

    private ChartDrawing(IReadOnlyList<(ChartLine Line, string Path)> paths, IReadOnlyList<ChartTick> x, IReadOnlyList<ChartTick> y) => (Paths, XTicks, YTicks) = (paths, x, y);

    /// <summary>The curves, each as an SVG path; an empty one has no point to draw.</summary>
    public IReadOnlyList<(ChartLine Line, string Path)> Paths { get; }

    /// <summary>Marks of the lower axis.</summary>
    public IReadOnlyList<ChartTick> XTicks { get; }

    /// <summary>Marks of the left axis.</summary>
    public IReadOnlyList<ChartTick> YTicks { get; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => Paths.All(path => path.Path.Length == 0);

    /// <summary>Draws.</summary>
    /// <param name="lines">The curves.</param>
    /// <param name="view">How they are shown.</param>
    /// <param name="area">The places of left, top, right and bottom.</param>
    /// <param name="text">What a value is called on the left axis.</param>
    public static ChartDrawing Of(IReadOnlyList<ChartLine> lines, ChartView view, (double Left, double Top, double Right, double Bottom) area, Func<double, string>? text = null)
    {
        var shown = lines.Select(line => (Line: line, Points: Curves.Downsample(
            Curves.Drawable(Curves.Smooth(Finite(line.Points), view.Smoothing), view.IsLogarithmic, view.From, view.To), MostPoints))).ToList();
        var all = shown.SelectMany(line => line.Points).ToList();
        var x = ChartScale.Over(all.Select(point => point.X), false, area.Left, area.Right);
        var y = ChartScale.Over(all.Select(point => point.Y), view.IsLogarithmic, area.Bottom, area.Top);
        return new ChartDrawing(
            [.. shown.Select(line => (line.Line, PathOf(line.Points, x, y)))],
            all.Count == 0 ? [] : [.. x.Ticks(6).Where(tick => tick == Math.Round(tick)).Select(tick => new ChartTick(x.Place(tick), Figures.Count((long)tick)))],
            all.Count == 0 ? [] : [.. y.Ticks(4).Select(tick => new ChartTick(y.Place(tick), (text ?? (value => Figures.Real(value)))(tick)))]);
    }

    private static IReadOnlyList<ChartPoint> Finite(IReadOnlyList<ChartPoint> points) => points.All(point => double.IsFinite(point.Y)) ? points : [.. points.Where(point => double.IsFinite(point.Y))];

    private static string PathOf(IReadOnlyList<ChartPoint> points, ChartScale x, ChartScale y)
    {
        if (points.Count == 0) return "";
        var path = new StringBuilder(points.Count * 12);
        for (var i = 0; i < points.Count; i++)
            path.Append(i == 0 ? 'M' : 'L').Append(Place(x.Place(points[i].X))).Append(' ').Append(Place(y.Place(points[i].Y)));
        if (points.Count == 1) path.Append("h0.01"); // a dot, by its round end
        return path.ToString();
    }

    /// <summary>A place with one decimal, as SVG reads it.</summary>
    public static string Place(double place) => place.ToString("0.#", CultureInfo.InvariantCulture);
}
