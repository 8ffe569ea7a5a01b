using Distributed.Protocol.Specification;
using Distributed.Simulation.Tests.Jobs;

namespace Distributed.Simulation.Tests.World;

/// <summary>What a schedule audits, and whether one of its workers computes wrongly. Drawn separately, so that other habits stay the same.</summary>
/// <param name="Share">The share of audited shards.</param>
/// <param name="LiesFrom">The first step at which the first worker's gradients are wrong; null: never.</param>
internal sealed record AuditHabits(double Share, long? LiesFrom)
{
    /// <summary>Workers that a job with a liar waits for, so that the liar does not start alone.</summary>
    public int LeastWorkers { get; init; } = 3;

    public static AuditHabits Draw(int seed, SimulatedJob job)
    {
        var random = new Random(seed ^ 0x5eed);
        return random.Next(8) switch
        {
            0 => new AuditHabits(0.3, null),
            1 => new AuditHabits(1, null),
            2 or 3 => Lying(random, job),
            _ => new AuditHabits(0, null),
        };
    }

    /// <summary>Every shard is audited, and a worker lies from some step on.</summary>
    public static AuditHabits Lying(Random random, SimulatedJob job) => new(1, random.NextInt64(job.Plan.TotalSteps));

    /// <summary>Options under which the job is audited.</summary>
    public RunOptions Applied(RunOptions options) =>
        options with { AuditShare = Share, MinimumWorkers = LiesFrom is null ? options.MinimumWorkers : LeastWorkers };

    public override string ToString() => $"audits {Share:P0}{(LiesFrom is { } step ? $", w1 lies from step {step} on" : "")}";
}

/// <summary>A wrong gradient was counted when no worker could have audited it: the result is excused.</summary>
internal sealed class UnauditedLie() : Exception("a worker that lies was alone");
