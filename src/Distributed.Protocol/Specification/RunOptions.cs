using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Specification;

/// <summary>What may change from run to run of a job without affecting any bit of its weights.</summary>
public sealed record RunOptions
{
    /// <summary>The number of parameter blocks.</summary>
    public int Blocks { get; init; } = 1;

    /// <summary>Steps between checkpoints; null for time-based ones only.</summary>
    public long? SnapshotEverySteps { get; init; }

    /// <summary>Whether to checkpoint at each epoch's end, with no time-based checkpoints in between.</summary>
    public bool SnapshotEachEpoch { get; init; }

    /// <summary>Maximum time without a checkpoint.</summary>
    public TimeSpan SnapshotEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Number of ready workers that the job waits for.</summary>
    public int MinimumWorkers { get; init; } = 1;

    /// <summary>
    /// The share of all shards that a second worker also computes, from 0 (none) to 1 (all); a worker that computes wrongly is excluded. Audits only
    /// compare: the share affects no weight.
    /// </summary>
    public double AuditShare { get; init; }

    /// <summary>
    /// The number of epochs at whose end the job is held, as if paused there; null for none. It goes on with options that hold it later or not at all.
    /// A job that ends before is not held.
    /// </summary>
    public int? HoldAfter { get; init; }

    /// <summary>Whether the model's probabilities are calibrated on the validation samples, once weights are trained.</summary>
    public bool Calibrate { get; init; }

    /// <summary>Returns what is wrong and what is expected; null when the options are valid.</summary>
    public string? Validate()
    {
        if (Blocks is < 1 or > BlockLayout.MaximumBlocks) return $"blocks is {Blocks}: it must lie between 1 and {BlockLayout.MaximumBlocks}";
        if (SnapshotEverySteps is < 1) return $"a snapshot every {SnapshotEverySteps} steps: it must be at least 1";
        if (SnapshotEvery < TimeSpan.FromMilliseconds(100)) return "the time between snapshots must be at least 0.1 s";
        if (MinimumWorkers is < 1 or > 10_000) return $"the least number of workers is {MinimumWorkers}: it must lie between 1 and 10,000";
        if (HoldAfter is < 1) return $"the job is held after {HoldAfter} epochs: it must be at least 1";
        if (!(AuditShare is >= 0 and <= 1)) return $"the share of audited shards is {AuditShare}: it must lie between 0 and 1";
        return null;
    }
}
