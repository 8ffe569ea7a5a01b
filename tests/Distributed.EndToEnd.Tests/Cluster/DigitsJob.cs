using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Replay;
using Distributed.Protocol.Specification;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>The job of these tests, and what the straight loop makes of it.</summary>
internal static class DigitsJob
{
    /// <summary>More epochs than any test waits for: such a job is cancelled.</summary>
    public const int Endless = 100_000;

    private static readonly Dictionary<(string Data, int Epochs, long Steps), string> Expected = [];

    public static DataSettings Source { get; } = new() { Source = "digits", Seed = 1, Validation = "0.2" };

    public static EncodedDataSet Data { get; } = DataSets.Load(Source);

    /// <summary>12 steps an epoch, 15 shards a step.</summary>
    public static JobSpecification Specify(int epochs) => new()
    {
        Data = new DataIdentity(Data.Sha256, Data.Training.Rows, Data.Validation!.Rows),
        Network = new NetworkSpecification
        {
            Inputs = Data.Training.Inputs,
            Hidden = [48, 32],
            Outputs = Data.Training.Outputs,
            Dropout = 0.1,
            Output = OutputKind.Softmax,
            Loss = LossKind.CrossEntropy,
        },
        Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Adam, LearningRate = 0.002 },
        Schedule = new ScheduleSpecification { Kind = ScheduleKind.Cosine, WarmupSteps = 10 },
        Epochs = epochs,
        BatchSize = 120,
        ShardSize = 8,
        Seed = 11,
    };

    /// <summary>SHA-256 of the weights that one straight loop on one thread has after so many steps.</summary>
    public static string ExpectedSha256(JobSpecification specification, EncodedDataSet data, long steps)
    {
        lock (Expected)
        {
            if (Expected.TryGetValue((data.Sha256, specification.Epochs, steps), out var known)) return known;
            var replay = new JobReplay(specification, data);
            replay.RunTo(steps);
            return Expected[(data.Sha256, specification.Epochs, steps)] = RealCluster.Sha256Of(replay.Weights);
        }
    }
}
