using System.Globalization;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Submission;

/// <summary>What may change from run to run of one job; reaches no weight.</summary>
internal sealed record RunSettings
{
    /// <summary>The maximum of worker actors, blocks and threads of one process.</summary>
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
    /// <param name="before">The options of the previous run, used as defaults; null for a new job.</param>
    /// <exception cref="UsageException">A value is wrong.</exception>
    public static RunSettings From(SettingValues values, int processors, RunOptions? before = null)
    {
        var threads = values.Integer("threads", 1, MostThreads) ?? processors;
        var defaults = before ?? new RunOptions();
        var (steps, time, eachEpoch) = Snapshots(values);
        var options = defaults with
        {
            Blocks = values.Integer("blocks", 1, BlockLayout.MaximumBlocks) ?? defaults.Blocks,
            MinimumWorkers = values.Integer("min-workers", 1, 10_000) ?? defaults.MinimumWorkers,
            AuditShare = values.Real("audit-share", v => v is >= 0 and <= 1, "between 0 and 1 (0.01 is 1 %)") ?? defaults.AuditShare,
            SnapshotEverySteps = values.Has("snapshot-every") ? steps : defaults.SnapshotEverySteps,
            SnapshotEachEpoch = values.Has("snapshot-every") ? eachEpoch : defaults.SnapshotEachEpoch,
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

    /// <summary>As <see cref="From"/>, for a cluster in one process, whose workers are all that there will ever be.</summary>
    /// <exception cref="UsageException">A value is wrong, or the job would wait indefinitely.</exception>
    public static RunSettings ForOneProcess(SettingValues values, int processors, RunOptions? before = null)
    {
        var run = From(values, processors, before);
        return run.Options.MinimumWorkers <= run.Workers
            ? run
            : throw new UsageException($"{values.Origin("min-workers")} is {run.Options.MinimumWorkers}, and this process has {run.Workers} workers: it would wait for ever; give --workers {run.Options.MinimumWorkers} too");
    }

    /// <summary>"100" is a number of steps, "30s", "2m", "1.5h" and "500ms" are times, "epoch" is each epoch's end.</summary>
    private static (long? Steps, TimeSpan? Time, bool EachEpoch) Snapshots(SettingValues values)
    {
        const string Name = "snapshot-every";
        if (values.Text(Name) is not { } text) return (null, null, false);
        if (text is "epoch") return (null, null, true);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps > 0) return (steps, null, false);
        (string Unit, double Seconds)[] units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];
        foreach (var (unit, seconds) in units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal) || !SettingValues.TryReal(text[..^unit.Length], out var number)) continue;
            var total = number * seconds;
            if (total is >= 0.1 and <= 7 * 24 * 3600) return (null, TimeSpan.FromSeconds(total), false);
            throw values.Wrong(Name, $"{text} is out of bounds: between 100ms and 168h would be right");
        }
        throw values.Wrong(Name, $"'{text}' is neither a number of steps nor a time: 100, 30s, 2m or epoch would be right");
    }
}
