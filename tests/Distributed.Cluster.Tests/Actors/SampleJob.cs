using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Tests.Actors;

/// <summary>One small job for the specs: ten samples, batches of four, shards of two; 26 parameters.</summary>
internal static class SampleJob
{
    public const int Parameters = 3 * 4 + 4 + 4 * 2 + 2;

    public static JobId Id { get; } = new("job");

    public static JobSpecification Specification { get; } = new()
    {
        Data = new DataIdentity(new string('0', 64), 10, 0),
        Network = new NetworkSpecification { Inputs = 3, Hidden = [4], Outputs = 2 },
        Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Momentum, LearningRate = 0.1 },
        Schedule = new ScheduleSpecification(),
        Epochs = 2,
        BatchSize = 4,
        ShardSize = 2,
        Seed = 1,
    };

    /// <summary>No checkpoints by time: only those a spec requests.</summary>
    public static RunOptions Options { get; } = new() { SnapshotEvery = TimeSpan.FromHours(1) };
}
