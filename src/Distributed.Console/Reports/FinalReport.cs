using Distributed.Console.Terminals;

namespace Distributed.Console.Reports;

/// <summary>The report of a completed job: curves, confusion matrix, summary. The most important part comes last, next to the prompt.</summary>
internal static class FinalReport
{
    /// <summary>Columns when the output is not a terminal.</summary>
    public const int PlainWidth = 80;

    /// <summary>Makes the lines.</summary>
    /// <param name="report">The job's result.</param>
    /// <param name="width">Columns of the screen.</param>
    public static IEnumerable<StyledLine> Lines(RunReport report, int width)
    {
        if (report.Epochs.Count > 1)
        {
            yield return StyledLine.Empty;
            foreach (var line in CurveReport.Lines(report.Epochs, width)) yield return line;
        }
        if (report.Classes is { } classes)
        {
            yield return StyledLine.Empty;
            foreach (var line in ConfusionReport.Lines(classes, EvaluatedOn(report), width)) yield return line;
            if (report.Scores is { } scores)
            {
                yield return StyledLine.Empty;
                foreach (var line in ScoreTable.Lines(scores, classes.Classes)) yield return line;
            }
        }
        yield return StyledLine.Empty;
        foreach (var line in SummaryTable.Lines(report)) yield return line;
    }

    private static string EvaluatedOn(RunReport report)
    {
        var samples = report.Specification.Data.ValidationSamples > 0 ? "for validation" : "of the training";
        return report.Best is { } best ? $"{samples}, epoch {best.Epoch + 1}" : samples;
    }
}
