using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Distributed.Jobs.Submission;

namespace Distributed.Benchmarks;

/// <summary><c>ranks</c>: the defaults on twenty-five tables, beside scikit-learn's network and its boosted trees.</summary>
internal static class RanksCommand
{
    private const string Python = "/usr/bin/python3";
    private const string Ours = "dtrain";
    private static readonly string[] Names = [Ours, "mlp", "boosting"];

    /// <summary>A value of <c>peers.csv</c>: of one set, split, program and measure.</summary>
    private sealed record Score(string Set, int Split, string Name, string Measure, double Value);

    /// <summary>Prints the scores, means over splits, and the mean ranks.</summary>
    /// <param name="folder">Where the sets are, or are written the first time.</param>
    /// <param name="flags">Settings other than the defaults, such as <c>--epochs 20</c>.</param>
    /// <param name="output">Receives the table.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <returns>0; 1 when the peer cannot be run; 2 for flags that are wrong.</returns>
    public static int Run(string folder, IReadOnlyList<string> flags, TextWriter output, TextWriter errors)
    {
        var given = new GivenSettings();
        try
        {
            for (var i = 0; i < flags.Count; i += 2)
                given.Give(Settings.All.Single(setting => setting.Flag == flags[i]), flags[i + 1]);
        }
        catch (Exception e) when (e is UsageException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            errors.WriteLine($"no such settings: {e.Message}");
            return 2;
        }

        var peers = Path.Combine(folder, "peers.csv");
        if (!File.Exists(peers) && !WriteSets(folder))
        {
            errors.WriteLine($"{Python} could not write the sets (python3-sklearn missing?)");
            return 1;
        }

        var scores = File.ReadLines(peers).Skip(1).Select(Read).ToList();
        var ours = new ConcurrentBag<Score>();
        var work = scores.Select(score => (score.Set, score.Split)).Distinct().ToList();
        Parallel.ForEach(work, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount) }, item =>
        {
            foreach (var (measure, value) in RankedJob.Run(given, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{item.Set}-{item.Split}"))))
                ours.Add(new Score(item.Set, item.Split, Ours, measure, value));
        });
        scores.AddRange(ours);
        foreach (var measure in (string[])["accuracy", "logloss", "r2"]) Print(measure, scores, output);
        PrintCalibrated(ours, output);
        foreach (var name in Names)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seconds of {name}: {scores.Where(s => s.Name == name && s.Measure == "seconds").Sum(s => s.Value):F1}"));
        return 0;
    }

    /// <summary>The log loss of the defaults, and after a temperature was chosen on the validation part.</summary>
    private static void PrintCalibrated(IReadOnlyCollection<Score> ours, TextWriter output)
    {
        output.WriteLine($"{"log loss",-18} {"plain",10}{"calibrated",12}");
        foreach (var set in ours.Where(score => score.Measure is "logloss" or "calibrated").GroupBy(score => score.Set).OrderBy(set => set.Key, StringComparer.Ordinal))
        {
            double Mean(string measure) => set.Where(score => score.Measure == measure).Select(score => score.Value).DefaultIfEmpty(double.NaN).Average();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set.Key,-18} {Mean("logloss"),10:F4}{Mean("calibrated"),12:F4}"));
        }
    }

    private static bool WriteSets(string folder)
    {
        if (!File.Exists(Python)) return false;
        var start = new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "ranks_sets.py"), folder]);
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static Score Read(string line)
    {
        var cells = line.Split(',');
        return new Score(cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), cells[2], cells[3], double.Parse(cells[4], CultureInfo.InvariantCulture));
    }

    private static void Print(string measure, IReadOnlyList<Score> scores, TextWriter output)
    {
        output.WriteLine($"{measure,-18} {string.Join("", Names.Select(name => $"{name,10}"))}");
        var ranks = new double[Names.Length];
        var sets = scores.Where(score => score.Measure == measure).GroupBy(score => score.Set).ToList();
        foreach (var set in sets)
        {
            var means = Names.Select(name => set.Where(score => score.Name == name).Average(score => score.Value)).ToArray();
            var better = measure == "logloss" ? [.. means.Select(mean => -mean)] : means;
            for (var i = 0; i < Names.Length; i++) // ties share the ranks between them
                ranks[i] += 1 + better.Count(other => other > better[i]) + (better.Count(other => other == better[i]) - 1) / 2.0;
            output.WriteLine($"{set.Key,-18} {string.Join("", means.Select(mean => mean.ToString("F4", CultureInfo.InvariantCulture).PadLeft(10)))}");
        }

        output.WriteLine($"{"mean rank",-18} {string.Join("", ranks.Select(rank => (rank / sets.Count).ToString("F2", CultureInfo.InvariantCulture).PadLeft(10)))}");
    }
}
