using Distributed.Learning.Randomness;

namespace Distributed.Benchmarks.Product;

/// <summary>The lines of the table.</summary>
internal static class ProductCases
{
    private const string Whole = "whole, s", Fit = "training, s", Peak = "memory at most, MB";
    private const string Hidden = "128", Epochs = "20";

    /// <summary>All cases, short ones first.</summary>
    public static IEnumerable<ProductCase> All(bool isLarge)
    {
        yield return new("--help", work => [new(Whole, work.Dtrain("--help").Seconds)]);
        yield return new("jobs", ListJobs);
        yield return new("first step of digits", work => [new("after the start, s", work.Train("--data", "digits", "--epochs", "1").Started)]);
        yield return Table("150 rows, default command", 150, 4);
        yield return Table("750 rows, 100 epochs", 750, 8, "--epochs", "100");
        yield return new("digits, 101,250 steps", StraightLoop, Rounds: 2);
        yield return new("MNIST, 784-128-10, 10 epochs", Mnist, "scikit-learn", work => Report(work.Peer("mnist-sklearn", RequireMnist(work))));
        yield return new("MNIST, 784-128-10, 10 epochs", Mnist, "PyTorch, two threads", work => Report(work.Peer("mnist-torch", RequireMnist(work))), Rounds: 2);
        foreach (var batch in (int[])[128, 512])
            foreach (var threads in (int[])[1, 2])
                yield return Speed(batch, threads);
        if (!isLarge) yield break;
        yield return new("784-4096-4096-10, Adam, batch 128, two threads", Wide, "PyTorch's bare step", work => [new("step, ms", work.Peer("step-torch", "784-4096-4096-10", "128").Figures.GetProperty("step").GetDouble())], Rounds: 2);
        yield return new("a million rows of 30 columns, one epoch", Million, "pandas and scikit-learn", work => Report(work.Peer("table", MillionRows(work), "1")), Rounds: 2);
    }

    private static IReadOnlyList<Figure> ListJobs(Workspace work)
    {
        var store = work.File("jobs.db");
        if (!File.Exists(store))
            for (var i = 0; i < 3; i++) work.Dtrain("train", "--data", "digits", "--epochs", "2", "--store", store);
        return [new(Whole, work.Dtrain("jobs", "--store", store).Seconds)];
    }

    private static ProductCase Table(string name, int rows, int columns, params string[] options) => new(
        name,
        work =>
        {
            var training = work.Train(["--data", Clusters(work, rows, columns), .. options]);
            return [new(Whole, training.Run.Seconds), new(Fit, training.Seconds)];
        },
        "scikit-learn",
        work => Report(work.Peer("table", Clusters(work, rows, columns), "100")));

    private static IReadOnlyList<Figure> StraightLoop(Workspace work)
    {
        var training = work.Train("--data", "digits", "--epochs", "2250", "--batch", "32");
        var verified = work.Dtrain("verify", training.Job, "--store", training.Store);
        return [new(Whole, training.Run.Seconds), new("straight loop ('verify'), s", verified.Seconds), new("ratio to the straight loop", training.Run.Seconds / verified.Seconds)];
    }

    private static IReadOnlyList<Figure> Mnist(Workspace work)
    {
        var training = work.Train("--data", RequireMnist(work), "--hidden", Hidden, "--batch", "128", "--epochs", "10");
        var speeds = training.Speeds;
        return [new(Whole, training.Run.Seconds), new(Fit, training.Seconds), new("first epoch's speed of the last's", speeds[0] / speeds[^1], MoreIsBetter: true)];
    }

    /// <summary>Whole training, with gathering, metrics and the ends of epochs, against bare steps of as many unrelated threads.</summary>
    private static ProductCase Speed(int batch, int threads) => new(
        $"MNIST, 784-128-10, batch {batch}, threads {threads}",
        work =>
        {
            var training = work.Train(
                "--data", RequireMnist(work), "--hidden", Hidden, "--batch", $"{batch}", "--epochs", Epochs, "--optimizer", "momentum",
                "--learning-rate", "0.01", "--workers", "1", "--threads", $"{threads}");
            return [new("thousand samples/s", Median(training.Speeds.Skip(10)) / 1000, MoreIsBetter: true)];
        },
        $"bare steps, {threads} at once",
        _ => [new("thousand samples/s", batch / BareStep.Measure("784-128-10", batch, threads, 4).Milliseconds, MoreIsBetter: true)]);

    private static IReadOnlyList<Figure> Wide(Workspace work)
    {
        const int Parameters = (784 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 10;
        var training = work.Train(
            "--data", RequireMnist(work), "--hidden", "4096,4096", "--batch", "128", "--epochs", "2", "--optimizer", "adam", "--workers", "1", "--threads", "2");
        var store = Directory.GetFiles(Path.GetDirectoryName(training.Store)!, Path.GetFileName(training.Store) + "*").Sum(file => new FileInfo(file).Length);
        return
        [
            new("step, ms", 128e3 / training.Speeds[^1]), new(Peak, training.Run.PeakMegabytes),
            new("store, times weights and optimizer state", store / (3.0 * sizeof(float) * Parameters)),
        ];
    }

    private static IReadOnlyList<Figure> Million(Workspace work)
    {
        var training = work.Train("--data", MillionRows(work), "--epochs", "1", "--hidden", "64");
        return [new(Whole, training.Run.Seconds), new(Fit, training.Seconds), new(Peak, training.Run.PeakMegabytes)];
    }

    private static IReadOnlyList<Figure> Report((ProgramRun Run, System.Text.Json.JsonElement Figures) peer) =>
        [new(Whole, peer.Run.Seconds), new(Fit, peer.Figures.GetProperty("training").GetDouble()), new(Peak, peer.Run.PeakMegabytes)];

    private static string RequireMnist(Workspace work) => work.Mnist ?? throw new InvalidOperationException("give --mnist FOLDER, with MNIST's IDX files");

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>A table of three classes that overlap: numbers around each class's centre.</summary>
    private static string Clusters(Workspace work, int rows, int columns)
    {
        var file = work.File($"clusters-{rows}.csv");
        if (File.Exists(file)) return file;
        var stream = RandomStream.For(1, StreamPurpose.Generator);
        using var writer = new StreamWriter(file);
        writer.WriteLine(string.Join(',', Enumerable.Range(1, columns).Select(i => $"size{i}")) + ",kind");
        for (var row = 0; row < rows; row++)
        {
            var kind = row % 3;
            for (var i = 0; i < columns; i++) writer.Write(FormattableString.Invariant($"{kind * (i % 2 + 1) + 2 * stream.NextDouble():0.00},"));
            writer.WriteLine($"kind{kind}");
        }
        return file;
    }

    /// <summary>26 numbers, two of them with missing cells, four categories, one of them with 5,000 values, and a class.</summary>
    private static string MillionRows(Workspace work)
    {
        var file = work.File("million.csv");
        if (File.Exists(file)) return file;
        var stream = RandomStream.For(2, StreamPurpose.Generator);
        using var writer = new StreamWriter(file);
        writer.WriteLine(string.Join(',', Enumerable.Range(1, 25).Select(i => $"n{i}")) + ",small,medium,wide,flag,answer");
        for (var row = 0; row < 1_000_000; row++)
        {
            var sum = 0.0;
            for (var i = 0; i < 25; i++)
            {
                var value = stream.NextDouble();
                sum += i < 5 ? value : 0;
                writer.Write(i >= 23 && stream.NextInt32(10) == 0 ? "," : FormattableString.Invariant($"{value:0.0000},"));
            }
            writer.WriteLine($"s{stream.NextInt32(6)},m{stream.NextInt32(40)},w{stream.NextInt32(5000)},{(stream.NextInt32(2) == 0 ? "yes" : "no")},{(sum > 2.5 ? "high" : "low")}");
        }
        return file;
    }
}
