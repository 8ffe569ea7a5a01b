using System.Diagnostics;
using System.Text.Json;

namespace Distributed.Benchmarks;

/// <summary><c>compare</c>: the peer's script and our own steps, alternating, so that both see the same machine.</summary>
internal static class CompareCommand
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Prints a table of ratios and their geometric mean.</summary>
    public static int Run(string? peer, int rounds, TextWriter output, TextWriter errors)
    {
        peer ??= FindPeer();
        if (peer is null)
        {
            errors.WriteLine("no torch_mlp.py found in a folder shared/bench beside the repository: name it with --peer PATH");
            return 1;
        }

        var theirs = new Dictionary<(string Model, int Batch), double>();
        var ours = new Dictionary<(string Model, int Batch), double>();
        for (var round = 0; round < rounds; round++)
        {
            var measured = RunPeer(peer, errors);
            if (measured is null) return 1;
            foreach (var cell in measured)
            {
                Keep(theirs, cell);
                Keep(ours, StepCommand.Measure(cell.Model, cell.BatchPerWorker, 0.6));
            }
        }

        output.WriteLine($"{"model",-24} {"batch",5} {"PyTorch ms",12} {"ours ms",12} {"ratio",8}");
        var logarithms = 0.0;
        foreach (var (cell, milliseconds) in theirs)
        {
            var ratio = milliseconds / ours[cell];
            logarithms += Math.Log(ratio);
            output.WriteLine($"{cell.Model,-24} {cell.Batch,5} {milliseconds,12:F4} {ours[cell],12:F4} {ratio,8:F2}");
        }

        output.WriteLine($"geometric mean of {theirs.Count} ratios: {Math.Exp(logarithms / theirs.Count):F2}");
        return 0;
    }

    private static void Keep(Dictionary<(string Model, int Batch), double> best, StepMeasurement cell)
    {
        var key = (cell.Model, cell.BatchPerWorker);
        best[key] = Math.Min(cell.StepMilliseconds, best.GetValueOrDefault(key, double.PositiveInfinity));
    }

    private static List<StepMeasurement>? RunPeer(string script, TextWriter errors)
    {
        var start = new ProcessStartInfo(Python, [script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["SECONDS_PER_CELL"] = "0.6";
        using var process = Process.Start(start)!;
        var complaint = process.StandardError.ReadToEndAsync();
        var cells = new List<StepMeasurement>();
        while (process.StandardOutput.ReadLine() is { } line) cells.Add(JsonSerializer.Deserialize<StepMeasurement>(line)!);
        process.WaitForExit();
        if (process.ExitCode == 0 && cells.Count > 0) return cells;

        errors.WriteLine($"{Python} {script} failed with {process.ExitCode} (python3-torch missing?): {complaint.Result.Trim().Split('\n')[^1]}");
        return null;
    }

    private static string? FindPeer()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "bench", "torch_mlp.py");
            if (File.Exists(candidate)) return candidate;
        }

        return null;
    }
}
