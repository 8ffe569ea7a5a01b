using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Distributed.Benchmarks;

/// <summary><c>compare</c>: PyTorch's step and ours, cell by cell in turn, so that both see the same machine.</summary>
internal static class CompareCommand
{
    private const string Python = "/usr/bin/python3";
    private const double Seconds = 0.6;

    /// <summary>Prints a table of the best times of all rounds, their ratios, and the ratios' geometric mean.</summary>
    /// <param name="peer">A script that reads "MODEL BATCH SECONDS" lines; this project's by default.</param>
    /// <param name="rounds">How often each cell is measured on each side.</param>
    /// <param name="output">Receives the table.</param>
    /// <param name="errors">Receives the reason when the peer cannot be run.</param>
    /// <returns>0, or 1 when the peer cannot be run.</returns>
    public static int Run(string? peer, int rounds, TextWriter output, TextWriter errors)
    {
        peer ??= Path.Combine(AppContext.BaseDirectory, "torch_cells.py");
        var start = new ProcessStartInfo(Python, [peer]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        start.Environment["OMP_NUM_THREADS"] = "1";
        if (!File.Exists(Python))
        {
            errors.WriteLine($"there is no {Python}");
            return 1;
        }

        using var process = Process.Start(start)!;
        var complaint = process.StandardError.ReadToEndAsync();
        var logarithms = 0.0;
        var cells = 0;
        output.WriteLine($"{"model",-24} {"batch",5} {"PyTorch ms",12} {"ours ms",12} {"ratio",8}");
        foreach (var model in StepCell.Models)
        {
            foreach (var batch in StepCell.Batches)
            {
                double theirs = double.PositiveInfinity, ours = double.PositiveInfinity;
                for (var round = 0; round < rounds; round++)
                {
                    if (Ask(process, model, batch) is not { } answer)
                    {
                        process.WaitForExit(5000);
                        errors.WriteLine($"{Python} {Path.GetFileName(peer)} failed (python3-torch missing?): {complaint.Result.Trim().Split('\n')[^1]}");
                        return 1;
                    }

                    theirs = Math.Min(theirs, answer.StepMilliseconds);
                    ours = Math.Min(ours, StepCommand.Measure(model, batch, Seconds).StepMilliseconds);
                }

                logarithms += Math.Log(theirs / ours);
                cells++;
                output.WriteLine($"{model,-24} {batch,5} {theirs,12:F4} {ours,12:F4} {theirs / ours,8:F2}");
                output.Flush();
            }
        }

        process.StandardInput.Close();
        process.WaitForExit();
        output.WriteLine($"geometric mean of {cells} ratios: {Math.Exp(logarithms / cells):F2}");
        return 0;
    }

    private static StepMeasurement? Ask(Process process, string model, int batch)
    {
        try
        {
            process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model} {batch} {Seconds}"));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            return null;
        }

        return process.StandardOutput.ReadLine() is { } line ? JsonSerializer.Deserialize<StepMeasurement>(line) : null;
    }
}
