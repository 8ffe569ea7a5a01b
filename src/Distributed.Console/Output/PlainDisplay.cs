using Distributed.Console.Reports;
using Distributed.Console.Terminals;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Output;

/// <summary>Plain lines, for files and pipes. Quiet: the last line alone.</summary>
internal sealed class PlainDisplay(TextWriter output, TextWriter error, TimeProvider clock, bool quiet) : IProgressDisplay
{
    /// <summary>Between two lines about an epoch that is under way; most epochs end sooner and need none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TextWriter _error = TextWriter.Synchronized(error);
    private long _lastLine = clock.GetTimestamp();
    private int _epochs;
    private long _totalSteps;

    public void Started(RunHeading run)
    {
        _epochs = run.Specification.Epochs;
        _totalSteps = run.TotalSteps;
        if (quiet) return;
        foreach (var line in DisplayText.Heading(run)) Write(line);
        Write(DisplayText.EpochColumns(run.Specification));
    }

    public void Progressed(RunProgress progress)
    {
        if (quiet || clock.GetElapsedTime(_lastLine) < Patience) return;
        var left = progress.TimeLeft is { } time ? $", {Numbers.Time(time)} left" : "";
        Write(StyledLine.Of(
            $"epoch {progress.Epoch}, step {Numbers.Count(progress.Step)} of {Numbers.Count(_totalSteps)}, loss {Numbers.Loss(progress.TrainLoss)}, "
            + $"{Numbers.Rate(progress.SamplesPerSecond)}{left}"));
    }

    public void EpochEnded(EpochRow row)
    {
        if (!quiet) Write(DisplayText.Of(row, _epochs));
    }

    public void Noticed(string line)
    {
        if (!quiet) Write(StyledLine.Of(line));
    }

    public void Log(string line) => _error.WriteLine(line);

    public void Completed(RunReport report)
    {
        if (quiet)
        {
            output.WriteLine(SummaryTable.OneLine(report));
            return;
        }
        foreach (var line in FinalReport.Lines(report, FinalReport.PlainWidth)) Write(line);
    }

    public void Interrupted(JobId job, long step, string words) => output.WriteLine(words);

    public void Left(JobId job, string words) => output.WriteLine(words);

    public void Failed(JobId job, string message) => _error.WriteLine($"dtrain: {job} failed: {message}");

    public void Dispose() => output.Flush();

    private void Write(StyledLine line)
    {
        _lastLine = clock.GetTimestamp();
        output.WriteLine(line.Text.TrimEnd());
        output.Flush();
    }
}
