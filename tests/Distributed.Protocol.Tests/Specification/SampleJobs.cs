using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Specification;

/// <summary>Small valid jobs to build on.</summary>
internal static class SampleJobs
{
    public static JobId Job { get; } = new("job-1");

    /// <summary>Two classes, ten samples in batches of four and shards of two: three steps per epoch, of 2, 2 and 1 shards.</summary>
    public static JobSpecification Small { get; } = new()
    {
        Data = new DataIdentity("00", 10, 0),
        Network = new NetworkSpecification { Inputs = 3, Hidden = [4], Outputs = 2 },
        Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Momentum, LearningRate = 0.1 },
        Schedule = new ScheduleSpecification(),
        Epochs = 2,
        BatchSize = 4,
        ShardSize = 2,
        Seed = 1,
    };

    public static JobSpecification With(int training, int batch, int shard, int validation = 0, int epochs = 1) =>
        Small with { Data = new DataIdentity("00", training, validation), BatchSize = batch, ShardSize = shard, Epochs = epochs };

    public static EpochMetrics Loss(double validation, double? accuracy = null) =>
        new() { TrainLoss = 100, ValidationLoss = validation, ValidationAccuracy = accuracy };
}
