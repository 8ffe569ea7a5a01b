using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Simulation.Tests.Jobs;

namespace Distributed.Simulation.Tests.World;

/// <summary>Where an exception can strike.</summary>
internal enum ThrowingPlace
{
    Nowhere,

    /// <summary>A block makes or loads its weights.</summary>
    BlockLoads,

    /// <summary>A block applies a step.</summary>
    BlockSteps,

    /// <summary>A block copies its state for a checkpoint.</summary>
    BlockSaves,

    /// <summary>A worker gets ready.</summary>
    WorkerJoins,

    /// <summary>A worker computes shards.</summary>
    WorkerComputes,
}

/// <summary>What blocks and workers of a schedule throw. Drawn separately, so that other habits stay the same.</summary>
/// <param name="Place">Where.</param>
/// <param name="Share">How often, as a share of all opportunities.</param>
internal sealed record ExceptionHabits(ThrowingPlace Place, double Share)
{
    /// <summary>Nothing is thrown before this step.</summary>
    public long FromStep { get; init; }

    /// <summary>Maximum number of exceptions.</summary>
    public int Most { get; init; } = int.MaxValue;

    /// <summary>Exceptions continue after faults have stopped.</summary>
    public bool IsForGood { get; init; }

    /// <summary>The only worker that throws; null: any.</summary>
    public WorkerId? Only { get; init; }

    public static ExceptionHabits Draw(int seed, SimulatedJob job)
    {
        var random = new Random(seed ^ 0x7407);
        var place = (ThrowingPlace)random.Next(1, 1 + (int)ThrowingPlace.WorkerComputes);
        return random.Next(8) switch
        {
            0 => new ExceptionHabits(place, 1) { FromStep = random.NextInt64(job.Plan.TotalSteps), IsForGood = true },
            1 or 2 => new ExceptionHabits(place, 0.02 + random.NextDouble() * 0.4),
            _ => new ExceptionHabits(ThrowingPlace.Nowhere, 0),
        };
    }

    public override string ToString() => Place == ThrowingPlace.Nowhere ? "throws nothing" : $"throws {Share:P0} where {Place} from step {FromStep}{(IsForGood ? " for good" : "")}";
}

/// <summary>Makes blocks and workers throw, and records what they threw.</summary>
internal sealed class Exceptions(SimulatedWorld world, int seed)
{
    private readonly Random _random = new(seed ^ 0x7408);
    private readonly HashSet<(string Cause, long Lineage)> _open = [];

    /// <summary>Number of exceptions thrown.</summary>
    public int Count { get; private set; }

    /// <summary>Decides whether to throw.</summary>
    public bool Strikes(ThrowingPlace place, long step, WorkerId? worker = null)
    {
        var habits = world.ExceptionHabits;
        if (habits.Place != place || step < habits.FromStep || Count >= habits.Most || (world.IsQuiet && !habits.IsForGood)) return false;
        if (habits.Only is { } only && only != worker) return false;
        if (_random.NextDouble() >= habits.Share) return false;
        Count++;
        return true;
    }

    /// <summary>The message of an exception; each is unique.</summary>
    public string Note(string who, long lineage)
    {
        var cause = $"{who}: out of memory, number {Count}";
        _open.Add((cause, lineage));
        world.Trace?.Line($"{who} THROWS in L{lineage}: {cause}");
        return cause;
    }

    /// <summary>Whether this was thrown and has not been counted yet.</summary>
    public bool TryCount(AttemptFailed failed) => _open.Remove((failed.Cause, failed.Lineage));
}

/// <summary>An exception injected by a schedule.</summary>
internal sealed class InjectedException : Exception;
