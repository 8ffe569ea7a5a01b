using System.Text.Json;
using Distributed.Protocol.Specification;
using Distributed.Tests;

namespace Distributed.Benchmarks.Clusters;

/// <summary>Which cells, on how many workers, in which layout.</summary>
/// <param name="Workers">Worker processes.</param>
/// <param name="Blocks">Parameter blocks, spread over the workers' own processes.</param>
/// <param name="Format">The form of the gradients.</param>
/// <param name="Model">One model; null for all.</param>
/// <param name="Batch">One batch size; null for all.</param>
/// <param name="Seconds">About how long a cell is measured.</param>
/// <param name="Rounds">How often each cell is measured where two sides take turns.</param>
/// <param name="Wires">How the processes exchange tensors.</param>
internal sealed record ClusterPlan(int Workers, int Blocks, GradientFormat Format, string? Model, int? Batch, double Seconds, int Rounds, NodeWires Wires)
{
    /// <summary>The cells that are left.</summary>
    public IEnumerable<(string Model, int Batch)> Cells =>
        from model in StepCell.Models
        where Model is null || model == Model
        from batch in StepCell.Batches
        where Batch is null || batch == Batch
        select (model, batch);
}

/// <summary><c>cluster</c>: the twelve cells on real worker processes; <c>cluster-compare</c>: beside PyTorch; <c>cluster-scaling</c>: beside one worker; <c>cluster-tls</c>: beside itself with certificates.</summary>
internal static class ClusterCommand
{
    /// <summary>Prints each cell at once.</summary>
    public static async Task<int> RunAsync(ClusterPlan plan, bool json, TextWriter output)
    {
        await using var cluster = await BenchmarkCluster.StartAsync(plan.Workers, plan.Wires);
        foreach (var (model, batch) in plan.Cells)
        {
            var milliseconds = await cluster.MeasureAsync(model, batch, plan.Blocks, plan.Format, plan.Seconds);
            var cell = new StepMeasurement(
                model, batch, plan.Workers, Math.Round(milliseconds, 4), Math.Round(batch * plan.Workers / milliseconds * 1e3));
            output.WriteLine(json
                ? JsonSerializer.Serialize(cell)
                : $"{cell.Model,-24} {cell.BatchPerWorker,4} {cell.StepMilliseconds,10:F4} ms {cell.SamplesPerSecond,12:F0} samples/s");
            output.Flush();
        }

        return 0;
    }

    /// <summary>PyTorch's DistributedDataParallel and ours, cell by cell in turn, with the ratios and their geometric mean.</summary>
    public static async Task<int> CompareAsync(ClusterPlan plan, TextWriter output, TextWriter errors)
    {
        if (!File.Exists(DistributedTorch.Python))
        {
            errors.WriteLine($"there is no {DistributedTorch.Python}");
            return 1;
        }

        using var torch = new DistributedTorch(plan.Workers);
        try
        {
            await torch.MeasureAsync(StepCell.Models[0], StepCell.Batches[0], 0.1); // before the cluster starts: it may be missing
        }
        catch (IOException e)
        {
            errors.WriteLine($"PyTorch cannot be run by {DistributedTorch.Python}; Debian's package is python3-torch: {e.Message}");
            return 1;
        }

        await using var cluster = await BenchmarkCluster.StartAsync(plan.Workers, plan.Wires);
        output.WriteLine($"{"model",-24} {"batch",5} {"DDP ms",12} {"ours ms",12} {"ratio",8}");
        var ratios = new List<double>();
        foreach (var (model, batch) in plan.Cells)
        {
            double theirs = double.PositiveInfinity, ours = double.PositiveInfinity;
            for (var round = 0; round < plan.Rounds; round++)
            {
                theirs = Math.Min(theirs, (await torch.MeasureAsync(model, batch, plan.Seconds)).StepMilliseconds);
                ours = Math.Min(ours, await cluster.MeasureAsync(model, batch, plan.Blocks, plan.Format, plan.Seconds));
            }

            ratios.Add(theirs / ours);
            output.WriteLine($"{model,-24} {batch,5} {theirs,12:F4} {ours,12:F4} {theirs / ours,8:F2}");
            output.Flush();
        }

        output.WriteLine($"geometric mean of {ratios.Count} ratios: {Math.Exp(ratios.Average(Math.Log)):F2}; the least: {ratios.Min():F2}");
        return 0;
    }

    /// <summary>
    /// All workers against one bare step in this process, which is the best that one process with one thread can do, and against as many that meet
    /// after each step, which is the best that the machine allows.
    /// </summary>
    public static async Task<int> ScaleAsync(ClusterPlan plan, TextWriter output)
    {
        await using var cluster = await BenchmarkCluster.StartAsync(plan.Workers, plan.Wires);
        output.WriteLine($"{"model",-24} {"batch",5} {"one, bare ms",14} {$"{plan.Workers} workers ms",14} {"samples/s",12} {"times one",10} {"allowed",8}");
        foreach (var (model, batch) in plan.Cells)
        {
            double bare = double.PositiveInfinity, together = double.PositiveInfinity, ours = double.PositiveInfinity;
            for (var round = 0; round < plan.Rounds; round++)
            {
                bare = Math.Min(bare, StepCommand.Measure(model, batch, plan.Seconds).StepMilliseconds);
                together = Math.Min(together, StepsTogether.Measure(model, batch, plan.Workers, plan.Seconds));
                ours = Math.Min(ours, await cluster.MeasureAsync(model, batch, plan.Blocks, plan.Format, plan.Seconds));
            }

            output.WriteLine($"{model,-24} {batch,5} {bare,14:F4} {ours,14:F4} {batch * plan.Workers / ours * 1e3,12:F0} {plan.Workers * bare / ours,10:F2} {plan.Workers * bare / together,8:F2}");
            output.Flush();
        }

        return 0;
    }

    /// <summary>Over TCP without certificates and with them, as between machines, cell by cell in turn.</summary>
    public static async Task<int> SecureAsync(ClusterPlan plan, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("distributed-bench-tls-");
        try
        {
            using var certificates = new TestCertificates();
            await using var plain = await BenchmarkCluster.StartAsync(plan.Workers, NodeWires.Tcp);
            await using var secure = await BenchmarkCluster.StartAsync(plan.Workers, NodeWires.Tcp, certificates.WriteNode(folder.FullName));
            output.WriteLine($"{"model",-24} {"batch",5} {"TCP ms",12} {"TLS ms",12} {"throughput with TLS",20}");
            foreach (var (model, batch) in plan.Cells)
            {
                double open = double.PositiveInfinity, closed = double.PositiveInfinity;
                for (var round = 0; round < plan.Rounds; round++)
                {
                    open = Math.Min(open, await plain.MeasureAsync(model, batch, plan.Blocks, plan.Format, plan.Seconds));
                    closed = Math.Min(closed, await secure.MeasureAsync(model, batch, plan.Blocks, plan.Format, plan.Seconds));
                }

                output.WriteLine($"{model,-24} {batch,5} {open,12:F4} {closed,12:F4} {open / closed,20:F2}");
                output.Flush();
            }

            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
