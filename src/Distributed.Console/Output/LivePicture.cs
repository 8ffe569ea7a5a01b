using Distributed.Console.Reports;

namespace Distributed.Console.Output;

/// <summary>What the live part of a terminal shows: a pure function of what is known.</summary>
internal static class LivePicture
{
    /// <summary>Epochs that are shown line by line: with these and the curves, a terminal of 24 rows is full.</summary>
    private const int Latest = 5;

    /// <summary>The lines, at most 23.</summary>
    public static IEnumerable<StyledLine> Lines(RunHeading run, RunProgress? progress, IReadOnlyList<EpochRow> rows, int width)
    {
        var epochs = run.Specification.Epochs;
        yield return Bar(run, progress, width);
        yield return Status(progress);
        yield return StyledLine.Empty;
        yield return Words.EpochColumns(run.Specification);
        foreach (var row in rows.Skip(rows.Count - Latest)) yield return Words.Of(row, epochs);
        if (progress is not null && (rows.Count == 0 || progress.Epoch > rows[^1].Epoch) && double.IsFinite(progress.TrainLoss))
        {
            var line = new StyledLine().Add($"{progress.Epoch}/{epochs}".PadLeft(9), Tone.Faint).Add(Numbers.Loss(progress.TrainLoss).PadLeft(13));
            if (progress.TrainAccuracy is { } accuracy) line.Add(Numbers.Percent(accuracy).PadLeft(12), Tone.Faint);
            yield return line;
        }
        if (rows.Count < 2) yield break;
        yield return StyledLine.Empty;
        foreach (var line in CurveReport.Lines([.. rows.Select(r => r.Decision)], width)) yield return line;
    }

    private static StyledLine Bar(RunHeading run, RunProgress? progress, int width)
    {
        var step = progress?.Step ?? run.FromStep;
        var share = run.TotalSteps == 0 ? 0 : Math.Clamp((double)step / run.TotalSteps, 0, 1);
        var left = progress?.TimeLeft is { } time ? $"{Numbers.Time(time)} left" : "";
        var head = $"epoch {progress?.Epoch ?? 1}/{run.Specification.Epochs} ";
        var tail = $" {share * 100:0} % {left.PadLeft(12)}";
        var cells = Math.Max(10, width - head.Length - tail.Length - 1);
        var filled = (int)Math.Round(share * cells);
        return new StyledLine().Add(head, Tone.Strong).Add(new string('━', filled), Tone.Good).Add(new string('─', cells - filled), Tone.Faint).Add(tail);
    }

    private static StyledLine Status(RunProgress? progress)
    {
        if (progress is null) return StyledLine.Of("the first step is under way", Tone.Faint);
        var checkpoint = progress.Checkpoint is { } at ? $"checkpoint at step {Numbers.Count(at)}" : "no checkpoint yet";
        return StyledLine.Of(
            $"step {Numbers.Count(progress.Step)} · {Numbers.Rate(progress.SamplesPerSecond).Replace("/s", " samples/s", StringComparison.Ordinal)} · "
            + $"{Numbers.Of(progress.Workers, "worker")} · {checkpoint}", Tone.Faint);
    }
}
