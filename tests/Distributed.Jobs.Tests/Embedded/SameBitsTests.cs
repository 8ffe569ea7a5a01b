using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Replay;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Tests.Embedded;

public sealed class SameBitsTests : IDisposable
{
    private static readonly (int Workers, int Blocks)[] Layouts = [(1, 1), (2, 4), (3, 1), (5, 4)];

    private readonly TrainingFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    public static TheoryData<string> Settings => [.. Changes.Keys];

    private static readonly Dictionary<string, Func<JobSpecification, JobSpecification>> Changes = new()
    {
        ["momentum"] = job => job,
        ["plain SGD, odd shards"] = job => job with { Optimizer = new() { Kind = OptimizerKind.Sgd, LearningRate = 0.1 }, ShardSize = 7 },
        ["Nesterov, odd batches"] = job => job with { Optimizer = new() { Kind = OptimizerKind.Nesterov, LearningRate = 0.02 }, BatchSize = 53, ShardSize = 11 },
        ["Adam, dropout"] = job => job with { Optimizer = new() { Kind = OptimizerKind.Adam }, Network = job.Network with { Dropout = 0.3, Hidden = [24, 12] } },
        ["AdamW, cosine, clipping"] = job => job with
        {
            Optimizer = new() { Kind = OptimizerKind.AdamW, WeightDecay = 0.01, GradientClip = 0.01 },
            Schedule = new() { Kind = ScheduleKind.Cosine, WarmupSteps = 5 },
        },
        ["bfloat16 gradients"] = job => job with { GradientFormat = GradientFormat.BFloat16, ShardSize = 7 },
        ["bfloat16 gradients, one shard a batch"] = job => job with { GradientFormat = GradientFormat.BFloat16, BatchSize = 64, ShardSize = 64, Optimizer = new() { Kind = OptimizerKind.Adam } },
        ["one shard a batch"] = job => job with { BatchSize = 64, ShardSize = 64 },
        ["one sample a shard"] = job => job with { BatchSize = 19, ShardSize = 1, Epochs = 1 },
        ["the whole set in one batch"] = job => job with { BatchSize = 1437, ShardSize = 100, Epochs = 4 },
        ["GELU, label smoothing, weight decay"] = job => job with
        {
            Network = job.Network with { Activation = Activation.Gelu, LabelSmoothing = 0.1 },
            Optimizer = job.Optimizer with { WeightDecay = 1e-3 },
        },
        ["tanh, step schedule, deep"] = job => job with
        {
            Network = job.Network with { Activation = Activation.Tanh, Hidden = [13, 11, 7], Initialization = Initialization.Xavier },
            Schedule = new() { Kind = ScheduleKind.Step, StepEpochs = 1, StepFactor = 0.5 },
        },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Any_number_of_workers_and_blocks_trains_to_the_bits_of_the_straight_loop(string setting)
    {
        var specification = TrainingFixture.Specify(TrainingFixture.Digits, Changes[setting]);
        var replay = new JobReplay(specification, TrainingFixture.Digits);
        replay.RunTo(new EpochPlan(specification).TotalSteps);
        var expected = TrainingFixture.Sha256Of(replay.Weights);
        foreach (var (workers, blocks) in Layouts)
        {
            var (end, sha256, _) = await _fixture.TrainAsync(
                TrainingFixture.Digits, specification, workers, blocks, store: $"{workers}-{blocks}");
            Assert.Equal(JobOutcome.Completed, end.End.Outcome);
            Assert.True(expected == sha256, $"{setting}: {workers} workers and {blocks} blocks end with {sha256}, the straight loop with {expected}");
        }
    }
}
