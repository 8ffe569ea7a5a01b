using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Submission;

/// <summary>What may change from run to run of one job; reaches no weight.</summary>
internal sealed record RunSettings
{
    public int Workers { get; private init; }

    public int Threads { get; init; }

    public required RunOptions Options { get; init; }

    /// <summary>As given; null for the per-user path.</summary>
    public string? Store { get; private init; }

    /// <summary>As given; null for <c>runs/JOB</c>.</summary>
    public string? Out { get; private init; }

    /// <summary>Fills in what was not given, and checks the whole.</summary>
    /// <param name="given">As given.</param>
    /// <param name="processors">Logical processors of this machine.</param>
    /// <param name="before">The options of the previous run, used as defaults; null for a new job.</param>
    /// <exception cref="UsageException">The values do not go together.</exception>
    public static RunSettings From(GivenSettings given, int processors, RunOptions? before = null)
    {
        var threads = given.Get(Settings.Threads) ?? processors;
        var defaults = before ?? new RunOptions();
        var snapshots = given.Get(Settings.SnapshotEvery) ?? new SnapshotRule(defaults.SnapshotEverySteps, null, defaults.SnapshotEachEpoch);
        var options = defaults with
        {
            Blocks = given.Get(Settings.Blocks) ?? defaults.Blocks,
            MinimumWorkers = given.Get(Settings.MinWorkers) ?? defaults.MinimumWorkers,
            AuditShare = given.Get(Settings.AuditShare) ?? defaults.AuditShare,
            Calibrate = given.Get(Settings.Calibrate) ?? defaults.Calibrate,
            SnapshotEverySteps = snapshots.Steps,
            SnapshotEachEpoch = snapshots.EachEpoch,
            SnapshotEvery = snapshots.Time ?? defaults.SnapshotEvery,
        };
        if (options.Validate() is { } wrong) throw new UsageException(wrong);
        return new RunSettings
        {
            Workers = given.Get(Settings.Workers) ?? JobDefaults.Workers(threads, options),
            Threads = threads,
            Options = options,
            Store = given.Get(Settings.Store),
            Out = given.Get(Settings.Out),
        };
    }

    /// <summary>As <see cref="From"/>, for a cluster in one process, whose workers are all that there will ever be.</summary>
    /// <exception cref="UsageException">The values do not go together, or the job would wait indefinitely.</exception>
    public static RunSettings ForOneProcess(GivenSettings given, int processors, RunOptions? before = null)
    {
        var run = From(given, processors, before);
        var wanted = run.Options.MinimumWorkers;
        return wanted <= run.Workers
            ? run
            : throw new SettingException(
                Settings.MinWorkers,
                $"{Settings.MinWorkers} is {wanted}, and this process has {(run.Workers == 1 ? "1 worker" : $"{run.Workers} workers")}: it would wait for ever; give {Settings.Workers} {wanted} too");
    }
}
