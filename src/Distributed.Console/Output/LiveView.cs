using Distributed.Console.Reports;
using Distributed.Console.Terminals;
using Distributed.Protocol.Messages;

namespace Distributed.Console.Output;

/// <summary>Renders the live part of a terminal: a pure function of the run's facts.</summary>
internal static class LiveView
{
    /// <summary>Number of epochs shown line by line, with much room and with little.</summary>
    private const int MostEpochs = 10, FewestEpochs = 1;

    /// <summary>The lines, at most one less than the terminal has rows when it has 24 or more.</summary>
    public static IEnumerable<StyledLine> Lines(
        RunHeading run, RunProgress? progress, IReadOnlyList<EpochRow> rows, JobStatus? status, int width, int terminalRows)
    {
        List<StyledLine> above = [Bar(run, progress, width), Status(progress)];
        if (status is not null) above.AddRange(StatusView.Lines(status, width));
        above.Add(StyledLine.Empty);
        above.Add(DisplayText.EpochColumns(run.Specification));
        List<StyledLine> below = [];
        if (UnderWay(run, progress, rows) is { } line) below.Add(line);
        if (rows.Count >= 2) below.AddRange(CurveReport.Lines([.. rows.Select(r => r.Decision)], width).Prepend(StyledLine.Empty));
        var latest = Math.Clamp(terminalRows - 1 - above.Count - below.Count, FewestEpochs, MostEpochs);
        return [.. above, .. rows.Skip(rows.Count - latest).Select(row => DisplayText.Of(row, run.Specification.Epochs)), .. below];
    }

    /// <summary>The progress of the present epoch.</summary>
    private static StyledLine? UnderWay(RunHeading run, RunProgress? progress, IReadOnlyList<EpochRow> rows)
    {
        if (progress is null || (rows.Count > 0 && progress.Epoch <= rows[^1].Epoch) || !double.IsFinite(progress.TrainLoss)) return null;
        var line = new StyledLine().Add($"{progress.Epoch}/{run.Specification.Epochs}".PadLeft(9), Tone.Faint).Add(Numbers.Loss(progress.TrainLoss).PadLeft(13));
        return progress.TrainAccuracy is { } accuracy ? line.Add(Numbers.Percent(accuracy).PadLeft(12), Tone.Faint) : line;
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
