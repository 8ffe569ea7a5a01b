using System.Diagnostics;
using System.Globalization;

namespace Distributed.Benchmarks.Product;

/// <summary>A program that ran to its end: how long it took as its user sees it, and the most memory that it held.</summary>
/// <param name="Seconds">From the start of the process to its end.</param>
/// <param name="PeakMegabytes">Resident memory at most, by the kernel's own mark, read twenty times a second.</param>
/// <param name="Lines">Its standard output, each line with the seconds after the start at which it came.</param>
internal sealed record ProgramRun(double Seconds, double PeakMegabytes, IReadOnlyList<(double At, string Line)> Lines)
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(20);

    /// <summary>Runs a program and waits for its end.</summary>
    /// <exception cref="InvalidOperationException">It ends with another code than 0, or not within twenty minutes; the message holds its last line of error.</exception>
    public static ProgramRun Run(string program, IEnumerable<string> arguments, string folder)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        var lines = new List<(double, string)>();
        var complaint = "";
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(info) ?? throw new InvalidOperationException($"{program} did not start");
        process.OutputDataReceived += (_, line) => { if (line.Data is { } text) lines.Add((clock.Elapsed.TotalSeconds, text)); };
        process.ErrorDataReceived += (_, line) => { if (line.Data is { Length: > 0 } text) complaint = text; };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var peak = 0.0;
        while (!process.WaitForExit(50))
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            if (clock.Elapsed <= Bound) continue;
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{Path.GetFileName(program)} did not end within {Bound.TotalMinutes:0} minutes");
        }
        var seconds = clock.Elapsed.TotalSeconds;
        process.WaitForExit(); // until the last line is read
        return process.ExitCode == 0
            ? new ProgramRun(seconds, peak, lines)
            : throw new InvalidOperationException($"{Path.GetFileName(program)} ended with {process.ExitCode}: {complaint}");
    }

    private static double PeakOf(int process)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{process}/status"))
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return double.Parse(line[6..^2], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            // It has just ended.
        }
        return 0;
    }
}
