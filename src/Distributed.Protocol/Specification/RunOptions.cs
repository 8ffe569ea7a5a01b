using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Specification;

/// <summary>What may change from run to run of one job and reaches no bit of its weights.</summary>
public sealed record RunOptions
{
    /// <summary>The number of parameter blocks.</summary>
    public int Blocks { get; init; } = 1;

    /// <summary>A checkpoint every so many steps; null for by time alone.</summary>
    public long? SnapshotEverySteps { get; init; }

    /// <summary>A checkpoint at each epoch's end, and none by time in between.</summary>
    public bool SnapshotEachEpoch { get; init; }

    /// <summary>A checkpoint after so much time without one.</summary>
    public TimeSpan SnapshotEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The job waits until this many workers are ready.</summary>
    public int MinimumWorkers { get; init; } = 1;

    /// <summary>
    /// The share of all shards that a second worker computes too, from 0 (none) to 1 (every one); a worker that computes wrongly is excluded.
    /// An audit only compares: no weight comes out otherwise with another share.
    /// </summary>
    public double AuditShare { get; init; }

    /// <summary>Says what is wrong and what would be right; null when nothing is.</summary>
    public string? Validate()
    {
        if (Blocks is < 1 or > BlockLayout.MaximumBlocks) return $"blocks is {Blocks}: it must lie between 1 and {BlockLayout.MaximumBlocks}";
        if (SnapshotEverySteps is < 1) return $"a snapshot every {SnapshotEverySteps} steps: it must be at least 1";
        if (SnapshotEvery < TimeSpan.FromMilliseconds(100)) return "the time between snapshots must be at least 0.1 s";
        if (MinimumWorkers is < 1 or > 10_000) return $"the least number of workers is {MinimumWorkers}: it must lie between 1 and 10,000";
        if (!(AuditShare is >= 0 and <= 1)) return $"the share of audited shards is {AuditShare}: it must lie between 0 and 1";
        return null;
    }
}
