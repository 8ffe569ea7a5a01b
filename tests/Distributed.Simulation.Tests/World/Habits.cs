using Distributed.Protocol.Coordinator.Context;

namespace Distributed.Simulation.Tests.World;

/// <summary>A schedule's behaviour, drawn from the seed.</summary>
internal sealed record Habits
{
    /// <summary>Tensors are passed by reference and their memory is reused as early as the contracts allow; otherwise they are copied.</summary>
    public bool ByReference { get; init; }

    /// <summary>When faults stop.</summary>
    public TimeSpan Horizon { get; init; }

    /// <summary>Workers create a new ledger for each lineage.</summary>
    public bool NewLedgers { get; init; }

    public double Drop { get; init; }

    public double Duplicate { get; init; }

    public double LongDelay { get; init; }

    public TimeSpan Latency { get; init; }

    /// <summary>How far messages overtake each other, in latencies.</summary>
    public double Jitter { get; init; }

    public TimeSpan ShardTime { get; init; }

    public int Workers { get; init; }

    /// <summary>
    /// Journals are summarized and parts swept often, so that both happen in short runs; how long the best epoch is kept in memory varies.
    /// </summary>
    public CoordinatorTimes CoordinatorTimes { get; init; } = new();

    /// <summary>How often a worker reports its speed.</summary>
    public TimeSpan MeasureEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often shares may follow the speeds.</summary>
    public TimeSpan ReplanEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The kinds of faults, each with its mean interval.</summary>
    public IReadOnlyDictionary<FaultKind, TimeSpan> Faults { get; init; } = new Dictionary<FaultKind, TimeSpan>();

    /// <summary>Epochs that go on are acted on before they are durable, also where coordinators die without the blocks.</summary>
    public bool GoesAhead { get; init; }

    /// <summary>How long the journal takes at most to begin a write, in milliseconds.</summary>
    public double JournalTime { get; init; } = 12;

    public static Habits Draw(Random random)
    {
        var horizon = TimeSpan.FromMilliseconds(Math.Pow(10, 2 + random.NextDouble() * 2)); // 0.1 … 10 s
        var faults = new Dictionary<FaultKind, TimeSpan>();
        var calm = random.Next(12) == 0;
        foreach (var kind in Enum.GetValues<FaultKind>())
            if (!calm && random.Next(4) == 0) faults[kind] = horizon / (0.5 + random.NextDouble() * 5);
        var keepBestFor = TimeSpan.FromMilliseconds(Math.Pow(10, random.NextDouble() * 3.3)); // 1 ms … 2 s
        return new Habits
        {
            ByReference = random.Next(2) == 0,
            Horizon = horizon,
            NewLedgers = random.Next(2) == 0,
            Drop = random.Next(3) switch { 0 => 0, 1 => 0.02, _ => random.NextDouble() * 0.25 },
            Duplicate = random.Next(2) * 0.1 * random.NextDouble(),
            LongDelay = random.Next(2) * 0.05 * random.NextDouble(),
            Latency = TimeSpan.FromMilliseconds(0.1 + random.NextDouble() * 4),
            Jitter = random.Next(3) switch { 0 => 1, 1 => 5, _ => 50 },
            ShardTime = TimeSpan.FromMilliseconds(0.5 + random.NextDouble() * 12),
            Workers = random.Next(1, 6),
            CoordinatorTimes = new CoordinatorTimes { SummarizeAfter = random.Next(2) == 0 ? 256 : random.Next(4, 40), SweepAfter = random.Next(1, 6), KeepBestFor = keepBestFor },
            Faults = faults,
            // Much more often than in production, so that runs of a few seconds see many changes of shares.
            MeasureEvery = TimeSpan.FromMilliseconds(random.Next(20, 500)),
            ReplanEvery = TimeSpan.FromMilliseconds(random.Next(10, 3000)),
            GoesAhead = random.Next(2) == 0,
            JournalTime = random.Next(3) == 0 ? 600 : 12, // several epochs
        };
    }

    public override string ToString() =>
        $"{(ByReference ? "by reference" : "by copy")}{(GoesAhead ? ", ahead of the journal" : "")}, {Workers} workers, horizon {Horizon.TotalSeconds:F2} s, drop {Drop:F3}, double {Duplicate:F3}, " +
        $"long delay {LongDelay:F3}, latency {Latency.TotalMilliseconds:F1} ms x {Jitter}, shard {ShardTime.TotalMilliseconds:F1} ms; faults: " +
        string.Join(", ", Faults.Select(fault => $"{fault.Key} every {fault.Value.TotalSeconds:F2} s"));
}

public enum FaultKind
{
    CrashWorker,
    FreezeWorker,
    AddWorker,
    LeaveWorker,
    SlowWorker,
    ResetConnection,
    CrashBlock,
    FreezeBlock,
    DoubleBlock,
    CrashCoordinator,
    DoubleCoordinator,
    CrashAll,
    JournalOutage,
    PartsOutage,
    DamagePart,
    LeapClock,
    Partition,
    Pause,
    Cancel,
    LeaveBlock,
}
