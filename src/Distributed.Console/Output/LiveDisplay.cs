using Distributed.Console.Reports;
using Distributed.Console.Terminals;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Spectre.Console;

namespace Distributed.Console.Output;

/// <summary>
/// A terminal: the heading stays, below it a bar, the numbers of now, the latest epochs and the curves are redrawn in place; notices go
/// above them. At the end the live part gives way to the final report.
/// </summary>
/// <param name="console">The terminal.</param>
/// <param name="rows">Rows of the terminal.</param>
/// <param name="clock">The clock.</param>
internal sealed class LiveDisplay(IAnsiConsole console, int rows, TimeProvider clock) : IProgressDisplay
{
    /// <summary>Redrawing more often is not visible.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(80);

    private readonly Lock _lock = new();
    private readonly List<EpochRow> _rows = [];
    private readonly LiveRegion _region = new(console, rows);
    private RunHeading? _run;
    private RunProgress? _progress;
    private JobStatus? _status;
    private long _lastDrawn;

    public void Started(RunHeading run)
    {
        lock (_lock)
        {
            _run = run;
            foreach (var line in DisplayText.Heading(run).Append(StyledLine.Empty)) Terminal.Write(console, line);
            Draw(now: true);
        }
    }

    public void Progressed(RunProgress progress)
    {
        lock (_lock)
        {
            _progress = progress;
            Draw(now: false);
        }
    }

    public void EpochEnded(EpochRow row)
    {
        lock (_lock)
        {
            _rows.Add(row);
            Draw(now: false);
        }
    }

    public void Noticed(string line)
    {
        lock (_lock) _region.WriteAbove(StyledLine.Of(line, Tone.Faint), Picture());
    }

    public void Log(string line)
    {
        // A log line is longer than a screen is wide, and nothing of it may be lost.
        var width = Math.Max(20, console.Profile.Width - 1);
        foreach (var part in line.ReplaceLineEndings("\n").Split('\n').SelectMany(l => l.Chunk(width))) Noticed(new string(part));
    }

    public void Completed(RunReport report) => End(FinalReport.Lines(report, Terminal.ReportWidth(console)));

    public void Interrupted(JobId job, long step, string words) => End([StyledLine.Of(words)]);

    public void Left(JobId job, string words) => End([StyledLine.Of(words)]);

    public void Observed(JobStatus? status)
    {
        lock (_lock)
        {
            _status = status;
            Draw(now: false);
        }
    }

    public void Failed(JobId job, string message) => End([new StyledLine().Add($"dtrain: {job} failed: ", Tone.Bad).Add(message)]);

    public void Dispose() => End([]);

    private void End(IEnumerable<StyledLine> lines)
    {
        lock (_lock)
        {
            _run = null;
            _region.Clear();
            foreach (var line in lines) Terminal.Write(console, line);
        }
    }

    private void Draw(bool now)
    {
        if (!now && clock.GetElapsedTime(_lastDrawn) < Between) return;
        _lastDrawn = clock.GetTimestamp();
        _region.Draw(Picture());
    }

    private IEnumerable<StyledLine> Picture() =>
        _run is null ? [] : LiveView.Lines(_run, _progress, _rows, _status, Terminal.ReportWidth(console), rows);
}
