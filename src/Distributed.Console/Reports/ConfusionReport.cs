using Distributed.Console.Terminals;
using Distributed.Learning.Metrics;

namespace Distributed.Console.Reports;

/// <summary>
/// The confusion matrix with precision, recall and F1 beside each class. Where it does not fit the screen: the scores, and the confusions
/// that happen most.
/// </summary>
internal static class ConfusionReport
{
    private const int LongestLabel = 16, MostConfusions = 8, MostScores = 40;

    /// <summary>The lines.</summary>
    /// <param name="report">The counts.</param>
    /// <param name="over">What was classified, for the title.</param>
    /// <param name="width">Columns of the screen.</param>
    public static IEnumerable<StyledLine> Lines(ClassificationReport report, string over, int width)
    {
        var labels = report.Classes.Select(Shortened).ToArray();
        var labelWidth = Math.Max(6, labels.Max(l => l.Length));
        var largest = Enumerable.Range(0, labels.Length).Max(a => Enumerable.Range(0, labels.Length).Max(p => report[a, p]));
        var cell = Math.Max(Numbers.Count(largest).Length, Math.Min(6, labels.Max(l => l.Length))) + 1;
        var matrixWidth = 2 + labelWidth + labels.Length * cell;
        var fits = matrixWidth <= width;
        var withScores = matrixWidth + ScoreWidth <= width;

        yield return new StyledLine().Add("actual classes down, predicted ones across: ").Add($"{Numbers.Count(report.Samples)} {over}", Tone.Faint);
        if (fits)
        {
            foreach (var line in Matrix(report, labels, labelWidth, cell, withScores)) yield return line;
            if (withScores) yield break;
        }
        yield return StyledLine.Empty;
        foreach (var line in Scores(report, labels, labelWidth)) yield return line;
        if (fits) yield break;
        foreach (var line in Confusions(report)) yield return line;
    }

    private const int ScoreWidth = 3 + 9 + 8 + 8;

    private static string ScoreHeads => "   " + "precision".PadLeft(9) + "recall".PadLeft(8) + "F1".PadLeft(8);

    private static string ScoreText(ClassScore score) => "   " + Share(score.Precision).PadLeft(9) + Share(score.Recall).PadLeft(8) + Share(score.F1).PadLeft(8);

    private static string Shortened(string label) => label.Length <= LongestLabel ? label : label[..(LongestLabel - 1)] + "…";

    private static string Share(double? share) => share?.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture) ?? Numbers.None;

    private static IEnumerable<StyledLine> Matrix(ClassificationReport report, string[] labels, int labelWidth, int cell, bool withScores)
    {
        var heads = string.Concat(labels.Select(l => (l.Length < cell ? l : l[..(cell - 2)] + "…").PadLeft(cell)));
        yield return StyledLine.Of("  " + "".PadLeft(labelWidth) + heads + (withScores ? ScoreHeads : ""), Tone.Faint);
        var scores = report.Scores;
        for (var actual = 0; actual < labels.Length; actual++)
        {
            var line = StyledLine.Of("  " + labels[actual].PadLeft(labelWidth), Tone.Faint);
            for (var predicted = 0; predicted < labels.Length; predicted++)
            {
                var count = report[actual, predicted];
                var tone = actual == predicted ? Tone.Good : count > 0 ? Tone.Bad : Tone.Faint;
                line.Add((count == 0 ? "·" : Numbers.Count(count)).PadLeft(cell), tone);
            }
            yield return withScores ? line.Add(ScoreText(scores[actual])) : line;
        }
    }

    private static IEnumerable<StyledLine> Scores(ClassificationReport report, string[] labels, int labelWidth)
    {
        var scores = report.Scores;
        // With many classes, the worst ones matter.
        var shown = Enumerable.Range(0, labels.Length).OrderBy(i => labels.Length > MostScores ? scores[i].F1 ?? double.MaxValue : i).Take(MostScores).ToArray();
        yield return StyledLine.Of("  " + "".PadLeft(labelWidth) + ScoreHeads + "samples".PadLeft(11), Tone.Faint);
        foreach (var i in shown)
            yield return StyledLine.Of("  " + labels[i].PadLeft(labelWidth), Tone.Faint).Add(ScoreText(scores[i]) + Numbers.Count(scores[i].Support).PadLeft(11));
        if (shown.Length < labels.Length)
            yield return StyledLine.Of($"  the {shown.Length} classes with the lowest F1 of {labels.Length}", Tone.Faint);
    }

    private static IEnumerable<StyledLine> Confusions(ClassificationReport report)
    {
        var classes = report.Classes;
        var most =
            (from actual in Enumerable.Range(0, classes.Count)
             from predicted in Enumerable.Range(0, classes.Count)
             where actual != predicted && report[actual, predicted] > 0
             orderby report[actual, predicted] descending
             select (actual, predicted)).Take(MostConfusions).ToArray();
        if (most.Length == 0) yield break;
        yield return StyledLine.Empty;
        yield return StyledLine.Of("  taken for another most often", Tone.Faint);
        foreach (var (actual, predicted) in most)
            yield return StyledLine.Of($"  {Numbers.Of(report[actual, predicted], "time")}: {Shortened(classes[actual])} taken for {Shortened(classes[predicted])}");
    }
}
