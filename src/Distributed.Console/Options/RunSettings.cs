using System.Globalization;
using Distributed.Protocol;

namespace Distributed.Console.Options;

/// <summary>What may change from run to run of one job; reaches no weight.</summary>
internal sealed record RunSettings
{
    /// <summary>The most worker actors, blocks and threads that one process is asked for.</summary>
    private const int MostWorkers = 256, MostThreads = 1024;

    public int Workers { get; private init; }

    public int Threads { get; private init; }

    public required RunOptions Options { get; init; }

    /// <summary>As given; null for the per-user path.</summary>
    public string? Store { get; private init; }

    /// <summary>As given; null for <c>runs/JOB</c>.</summary>
    public string? Out { get; private init; }

    /// <summary>Reads and checks the settings; no file is touched.</summary>
    /// <param name="values">As given.</param>
    /// <param name="processors">Logical processors of this machine.</param>
    /// <param name="before">The options of the run before, which hold where nothing else is given; null for a new job.</param>
    /// <exception cref="UsageException">A value is wrong.</exception>
    public static RunSettings From(SettingValues values, int processors, RunOptions? before = null)
    {
        var threads = values.Integer("threads", 1, MostThreads) ?? processors;
        var defaults = before ?? new RunOptions();
        var (steps, time) = Snapshots(values);
        var options = defaults with
        {
            Blocks = values.Integer("blocks", 1, BlockLayout.MaximumBlocks) ?? defaults.Blocks,
            SnapshotEverySteps = values.Has("snapshot-every") ? steps : defaults.SnapshotEverySteps,
            SnapshotEvery = time ?? defaults.SnapshotEvery,
        };
        if (options.Validate() is { } wrong) throw new UsageException(wrong);
        return new RunSettings
        {
            Workers = values.Integer("workers", 1, MostWorkers) ?? JobDefaults.Workers(threads),
            Threads = threads,
            Options = options,
            Store = values.Text("store"),
            Out = values.Text("out"),
        };
    }

    /// <summary>"100" is a number of steps, "30s", "2m", "1.5h" and "500ms" are times.</summary>
    private static (long? Steps, TimeSpan? Time) Snapshots(SettingValues values)
    {
        const string Name = "snapshot-every";
        if (values.Text(Name) is not { } text) return (null, null);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps > 0) return (steps, null);
        (string Unit, double Seconds)[] units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];
        foreach (var (unit, seconds) in units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal) || !SettingValues.TryReal(text[..^unit.Length], out var number)) continue;
            var total = number * seconds;
            if (total is >= 0.1 and <= 7 * 24 * 3600) return (null, TimeSpan.FromSeconds(total));
            throw values.Wrong(Name, $"{text} is out of bounds: between 100ms and 168h would be right");
        }
        throw values.Wrong(Name, $"'{text}' is neither a number of steps nor a time: 100, 30s or 2m would be right");
    }
}
