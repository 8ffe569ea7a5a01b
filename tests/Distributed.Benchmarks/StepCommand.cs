using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Benchmarks;

/// <summary>One measured cell, in the form of the peer's script.</summary>
internal sealed record StepMeasurement(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("batch_per_worker")] int BatchPerWorker,
    [property: JsonPropertyName("workers")] int Workers,
    [property: JsonPropertyName("step_ms")] double StepMilliseconds,
    [property: JsonPropertyName("samples_per_second")] double SamplesPerSecond);

/// <summary><c>step</c>: the twelve cells.</summary>
internal static class StepCommand
{
    /// <summary>Measures the cells that <paramref name="model"/> and <paramref name="batch"/> leave, and prints each at once.</summary>
    public static void Run(bool json, string? model, int? batch, double seconds, TextWriter output)
    {
        foreach (var cellModel in StepCell.Models.Where(m => model is null || m == model))
        {
            foreach (var cellBatch in StepCell.Batches.Where(b => batch is null || b == batch))
            {
                var cell = Measure(cellModel, cellBatch, seconds);
                output.WriteLine(json
                    ? JsonSerializer.Serialize(cell)
                    : $"{cell.Model,-24} {cell.BatchPerWorker,4} {cell.StepMilliseconds,10:F4} ms {cell.SamplesPerSecond,12:F0} samples/s");
                output.Flush();
            }
        }
    }

    /// <summary>Measures one cell as the peer's script does: ten steps to warm up, then the best of four rounds.</summary>
    public static StepMeasurement Measure(string model, int batch, double seconds)
    {
        var cell = new StepCell(model, batch);
        var best = Timing.Best(cell.Step, seconds);
        return new StepMeasurement(model, batch, 1, Math.Round(best * 1e3, 4), Math.Round(batch / best));
    }
}
