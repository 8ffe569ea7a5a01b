namespace Distributed.Benchmarks;

/// <summary><c>shards</c>: how fast a batch of 512 is when it is cut into shards of so many samples, one thread.</summary>
internal static class ShardsCommand
{
    private const int Batch = 512;
    private static readonly int[] Sizes = [4, 8, 16, 32, 48, 64, 96, 128, 256, 512];

    /// <summary>Measures, prints, and writes shards.csv and shards.png.</summary>
    public static void Run(string folder, TextWriter output)
    {
        using var csv = new StreamWriter(Path.Combine(folder, "shards.csv"));
        csv.WriteLine("model,shard,samples_per_second,of_best");
        var plot = new ScottPlot.Plot();
        plot.Title($"Samples a second by shard size (batch {Batch}, one thread), as a share of each model's best");
        plot.XLabel("samples in a shard");
        plot.YLabel("share of the best");
        foreach (var model in StepCell.Models)
        {
            var speeds = Sizes.Select(size => Batch / Timing.Best(new StepCell(model, Batch, size).Step, 0.6, 8)).ToArray();
            var best = speeds.Max();
            for (var i = 0; i < Sizes.Length; i++)
            {
                csv.WriteLine(FormattableString.Invariant($"{model},{Sizes[i]},{speeds[i]:F0},{speeds[i] / best:F3}"));
                output.WriteLine($"{model,-24} {Sizes[i],4} {speeds[i],12:F0} samples/s {speeds[i] / best,7:P0}");
            }

            var line = plot.Add.Scatter(Sizes.Select(size => Math.Log2(size)).ToArray(), speeds.Select(speed => speed / best).ToArray());
            line.LegendText = model;
        }

        plot.Axes.SetLimitsY(0, 1.05);
        plot.Axes.Bottom.SetTicks(Sizes.Select(size => Math.Log2(size)).ToArray(), Sizes.Select(size => size.ToString()).ToArray());
        plot.ShowLegend(ScottPlot.Alignment.LowerRight);
        plot.SavePng(Path.Combine(folder, "shards.png"), 900, 540);
    }
}
