using Distributed.Learning.Metrics;
using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Coordinator.Checkpoints;

/// <summary>A checkpoint in progress: which blocks have copied their state, and which have stored it.</summary>
internal sealed class CheckpointAttempt(long number, long step, int blocks)
{
    private readonly bool[] _opened = new bool[blocks];
    private readonly IReadOnlyList<SnapshotPart>?[] _parts = new IReadOnlyList<SnapshotPart>?[blocks];

    /// <summary>Increases with every attempt, across terms.</summary>
    public long Number { get; } = number;

    /// <summary>The named step.</summary>
    public long Step { get; } = step;

    /// <summary>When blocks that have not answered are asked again.</summary>
    public TimeSpan AskAt { get; set; }

    /// <summary>Block 0's running totals at the step.</summary>
    public ShardMetrics Totals { get; private set; }

    /// <summary>Whether all blocks have copied their state: training may pass the step.</summary>
    public bool IsCaptured => Array.TrueForAll(_opened, opened => opened);

    /// <summary>Whether any block has copied its state.</summary>
    public bool IsBegun => Array.Exists(_opened, opened => opened);

    /// <summary>Whether all parts are durable.</summary>
    public bool IsDurable => Array.TrueForAll(_parts, parts => parts is not null);

    /// <summary>Blocks that have copied their state.</summary>
    public int Copied => _opened.Count(opened => opened);

    /// <summary>Blocks whose parts are durable.</summary>
    public int Stored => _parts.Count(parts => parts is not null);

    public bool HasOpened(int block) => _opened[block];

    public bool HasStored(int block) => _parts[block] is not null;

    /// <summary>Whether the copies were previously kept in memory: blocks that have copied may not know yet that they must store.</summary>
    public bool WasKept { get; set; }

    /// <summary>When blocks that have copied but not stored their state are asked again whether they are still trying.</summary>
    public TimeSpan AskStoringAt { get; set; }

    public void Open(int block) => _opened[block] = true;

    public void Store(int block, IReadOnlyList<SnapshotPart> parts, ShardMetrics totals)
    {
        _opened[block] = true;
        _parts[block] = parts;
        if (block == 0) Totals = totals;
    }

    public IReadOnlyList<SnapshotPart> StoredParts() =>
        [.. _parts.Where(parts => parts is not null).SelectMany(parts => parts!).OrderBy(part => part.Start)];
}
