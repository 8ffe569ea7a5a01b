using CsCheck;
using Distributed.Console.Reports;
using Distributed.Console.Terminals;

namespace Distributed.Console.Tests.Reports;

public sealed class TerminalChartTests
{
    [Fact]
    public void A_falling_curve_falls()
    {
        var lines = Draw([3, 2, 1, 0], 12, 4);
        Assert.Equal(
            """
                 title
            3.0 ┤──╮
                │  ╰╮
            1.0 ┤   ╰──╮
            0.0 ┤      ╰
                 1     4
            """.ReplaceLineEndings("\n"),
            string.Join("\n", lines.Select(l => l.Text.TrimEnd())));
    }

    [Fact]
    public void Two_curves_can_be_told_apart_without_colour()
    {
        var lines = TerminalChart.Draw("t", [new(Tone.Training, false, [0, 0]), new(Tone.Validation, true, [1, 1])], 20, 3, Label, 1, 2);
        Assert.Contains("━━━", lines[1].Text, StringComparison.Ordinal);
        Assert.Contains("───", lines[3].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_values_are_drawn_within_their_width() =>
        Gen.Select(Gen.OneOf(Gen.Double, Gen.Const(double.NaN), Gen.Double[-1, 1]).Array[0, 50], Gen.Int[20, 120], Gen.Int[2, 12]).Sample((values, width, height) =>
        {
            var lines = TerminalChart.Draw("t", [new(Tone.Training, false, values)], width, height, Numbers.Loss, 1, Math.Max(1, values.Length));
            return lines.Skip(1).All(l => l.Width <= width + 1) && (lines.Count == height + 2 || !values.Any(double.IsFinite));
        });

    private static string Label(double value) => value.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);

    private static IReadOnlyList<StyledLine> Draw(double[] values, int width, int height) =>
        TerminalChart.Draw("title", [new(Tone.Training, false, values)], width, height, Label, 1, values.Length);
}
