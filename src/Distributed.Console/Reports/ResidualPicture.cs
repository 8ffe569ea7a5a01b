using ScottPlot;

namespace Distributed.Console.Reports;

/// <summary><c>residuals.png</c>: a regression's errors against its answers, in the target's unit.</summary>
internal static class ResidualPicture
{
    /// <summary>Draws the picture.</summary>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="answers">Answers and targets, at least one, in the target's unit.</param>
    /// <param name="target">The target's name.</param>
    /// <param name="title">The title.</param>
    public static void Write(string path, IReadOnlyList<(double Answer, double Target)> answers, string target, string title)
    {
        EmbeddedFont.Register();
        using var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Name);
        var points = plot.Add.Markers(
            answers.Select(point => point.Answer).ToArray(), answers.Select(point => point.Target - point.Answer).ToArray(), MarkerShape.FilledCircle,
            answers.Count > 2_000 ? 2 : 5, Color.FromHex("#1f77b4").WithAlpha(0.5));
        points.LegendText = "";
        var zero = plot.Add.HorizontalLine(0, 1, Colors.Gray, LinePattern.Dotted);
        zero.LegendText = "";
        plot.XLabel($"predicted {target}");
        plot.YLabel("actual less predicted");
        plot.Title(title);
        plot.SavePng(path, 720, 480);
    }
}
