using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Benchmarks;

/// <summary>One cell through the actors, and how much of the bare step's speed is left.</summary>
internal sealed record ThroughActorsMeasurement(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("batch_per_worker")] int BatchPerWorker,
    [property: JsonPropertyName("workers")] int Workers,
    [property: JsonPropertyName("step_ms")] double StepMilliseconds,
    [property: JsonPropertyName("samples_per_second")] double SamplesPerSecond,
    [property: JsonPropertyName("bare_step_ms")] double BareStepMilliseconds,
    [property: JsonPropertyName("share_of_bare_speed")] double Share,
    [property: JsonPropertyName("share_of_bare_processor_speed")] double ProcessorShare,
    [property: JsonPropertyName("allocated_bytes_per_step")] double AllocatedBytesPerStep);

/// <summary>
/// <c>step --through-actors</c>: the same step in the one-process cluster with one worker, two parameter blocks, and the default checkpoints. With several
/// compute threads each has a shard of the mini-batch, and the bare step is that of as many unrelated threads at once, divided among them. The bare step is measured before and after, in the same process. Shares are stated of wall time and of the process's processor time, which
/// other programs on the machine disturb less.
/// </summary>
internal static class ThroughActorsCommand
{
    private const int Blocks = 2;
    private const int WarmUpSteps = 250;

    /// <summary>Measures the cells that <paramref name="model"/> and <paramref name="batch"/> leave, and prints each at once.</summary>
    public static async Task RunAsync(bool json, string? model, int? batch, int threads, double seconds, TextWriter output)
    {
        foreach (var cellModel in StepCell.Models.Where(m => model is null || m == model))
        {
            foreach (var cellBatch in StepCell.Batches.Where(b => batch is null || b == batch))
            {
                var before = BareStep.Measure(cellModel, cellBatch, threads, seconds);
                var (milliseconds, processor, bytes) = await MeasureAsync(cellModel, cellBatch, threads, seconds);
                var after = BareStep.Measure(cellModel, cellBatch, threads, seconds);
                var bare = Math.Min(before.Milliseconds, after.Milliseconds);
                var cell = new ThroughActorsMeasurement(
                    cellModel, cellBatch, 1, Math.Round(milliseconds, 4), Math.Round(cellBatch / milliseconds * 1e3), bare,
                    Math.Round(bare / milliseconds, 3), Math.Round(Math.Min(before.Processor, after.Processor) / processor, 3), Math.Round(bytes));
                output.WriteLine(json
                    ? JsonSerializer.Serialize(cell)
                    : $"{cell.Model,-24} {cell.BatchPerWorker,4} {cell.StepMilliseconds,10:F4} ms {cell.Share,6:P0} of the bare step's speed ({cell.ProcessorShare:P0} by processor time) {cell.AllocatedBytesPerStep,8:F0} bytes a step");
                output.Flush();
            }
        }
    }

    /// <summary>The best of the rounds between two progress reports, after warm-up; and the bytes of all of them.</summary>
    private static async Task<(double Milliseconds, double Processor, double BytesPerStep)> MeasureAsync(string model, int batch, int threads, double seconds)
    {
        var folder = Directory.CreateTempSubdirectory("distributed-bench-");
        try
        {
            await using var cluster = await EmbeddedCluster.StartAsync(
                new EmbeddedClusterOptions { StorePath = Path.Combine(folder.FullName, "store.db"), Workers = 1, Threads = threads }, CancellationToken.None);
            var submission = RandomJob.Submit("bench", model, batch / threads, threads, new RunOptions { Blocks = Blocks });
            await cluster.Client.StartAsync(submission, CancellationToken.None);
            return await WatchAsync(cluster.Client, submission.Id, seconds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(double Milliseconds, double Processor, double BytesPerStep)> WatchAsync(IJobService client, JobId job, double seconds)
    {
        const double WarmUp = 1.5;
        var clock = Stopwatch.StartNew();
        var round = Math.Max(0.25, seconds / 4);
        var (best, lastTime, lastStep) = (double.PositiveInfinity, 0.0, 0L);
        var (firstStep, firstTime, firstBytes, firstProcessor) = (-1L, 0.0, 0L, 0.0);
        await foreach (var jobEvent in client.WatchAsync(job, CancellationToken.None))
        {
            if (jobEvent is JobFinished finished) throw new InvalidOperationException($"the job ended: {finished.End}");
            if (jobEvent is not JobProgressed progress || clock.Elapsed.TotalSeconds - lastTime < round) continue;
            var now = clock.Elapsed.TotalSeconds;
            if (firstStep >= 0) best = Math.Min(best, (now - lastTime) * 1e3 / (progress.Step - lastStep));
            else if (now > WarmUp && progress.Step > WarmUpSteps)
                (firstStep, firstTime, firstBytes, firstProcessor) = (progress.Step, now, GC.GetTotalAllocatedBytes(), BareStep.Processor);
            (lastTime, lastStep) = (now, progress.Step);
            if (firstStep >= 0 && now > firstTime + Math.Max(2, 2 * seconds)) break;
        }
        double steps = lastStep - firstStep;
        return (best, (BareStep.Processor - firstProcessor) / steps, (GC.GetTotalAllocatedBytes() - firstBytes) / steps);
    }
}
