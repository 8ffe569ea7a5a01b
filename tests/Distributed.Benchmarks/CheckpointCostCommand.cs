using System.Diagnostics;
using Distributed.Jobs.Embedded;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Benchmarks;

/// <summary>
/// <c>step --checkpoint-cost</c>: steps a second through the actors with a checkpoint every 100 steps and without any, in turn, over whole
/// windows: a best round would leave the checkpoints out.
/// </summary>
internal static class CheckpointCostCommand
{
    private const double WarmUpSeconds = 1.5;

    public static async Task RunAsync(string model, int batch, double seconds, int rounds, TextWriter output)
    {
        var (with, without) = (new List<double>(), new List<double>());
        for (var i = 0; i < rounds; i++)
        {
            with.Add(await MeasureAsync(model, batch, seconds, every: 100, output));
            without.Add(await MeasureAsync(model, batch, seconds, every: null, output));
        }
        var (median, bare) = (Median(with), Median(without));
        output.WriteLine($"{model} batch {batch}: {median:F3} ms a step with a checkpoint every 100 steps, {bare:F3} ms without: " +
            $"the checkpoints cost {(median / bare - 1) * 100:F2} % (medians of {rounds})");
    }

    private static async Task<double> MeasureAsync(string model, int batch, double seconds, long? every, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("distributed-bench-");
        try
        {
            await using var cluster = await EmbeddedCluster.StartAsync(
                new EmbeddedClusterOptions { StorePath = Path.Combine(folder.FullName, "store.db"), Workers = 1, Threads = 1 }, CancellationToken.None);
            var options = new RunOptions { Blocks = 2, SnapshotEverySteps = every, SnapshotEvery = TimeSpan.FromHours(1) };
            var submission = RandomJob.Submit("bench", model, batch, workers: 1, options);
            await cluster.Client.StartAsync(submission, CancellationToken.None);
            var clock = Stopwatch.StartNew();
            var (fromTime, fromStep, saved) = (double.NaN, 0L, 0);
            await foreach (var jobEvent in cluster.Client.WatchAsync(submission.Id, CancellationToken.None))
            {
                if (jobEvent is CheckpointSaved && !double.IsNaN(fromTime)) saved++;
                if (jobEvent is not JobProgressed progress) continue;
                var now = clock.Elapsed.TotalSeconds;
                if (double.IsNaN(fromTime) && now > WarmUpSeconds) (fromTime, fromStep) = (now, progress.Step);
                if (!(now - fromTime >= seconds)) continue;
                var milliseconds = (now - fromTime) * 1e3 / (progress.Step - fromStep);
                output.WriteLine($"  {(every is null ? "without" : "with   ")}: {milliseconds:F3} ms over {progress.Step - fromStep} steps, {saved} checkpoints");
                output.Flush();
                return milliseconds;
            }
            throw new InvalidOperationException("the job ended before its time");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
