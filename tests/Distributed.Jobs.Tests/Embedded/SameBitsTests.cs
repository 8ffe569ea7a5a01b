using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Jobs.Embedded;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Replay;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>One embedded cluster per number of workers, shared by all settings.</summary>
public sealed class EmbeddedLayouts : IAsyncLifetime
{
    private readonly TrainingFixture _fixture = new();
    private readonly List<(EmbeddedCluster Cluster, int Workers, int Blocks)> _all = [];

    public IReadOnlyList<(EmbeddedCluster Cluster, int Workers, int Blocks)> All => _all;

    public async Task InitializeAsync()
    {
        // One worker strides in its blocks' memory; several send their gradients.
        foreach (var (workers, blocks, threads) in new[] { (1, 1, 2), (1, 3, 1), (1, 2, 3), (1, 5, 4), (2, 4, 2), (3, 1, 2), (5, 4, 2) })
        {
            var options = new EmbeddedClusterOptions { StorePath = _fixture.StorePath($"{workers}-{blocks}"), Workers = workers, Threads = threads };
            _all.Add((await EmbeddedCluster.StartAsync(options, CancellationToken.None), workers, blocks));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var (cluster, _, _) in _all) await cluster.DisposeAsync();
        _fixture.Dispose();
    }
}

public sealed class SameBitsTests(EmbeddedLayouts layouts) : IClassFixture<EmbeddedLayouts>
{
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
    public Task Any_number_of_workers_and_blocks_trains_to_the_bits_of_the_straight_loop(string setting) =>
        HaveTheBitsOfTheStraightLoop(setting, TrainingFixture.Digits, Changes[setting], $"job-{Changes.Keys.ToList().IndexOf(setting)}");

    [Theory]
    [InlineData("diabetes", "bmi")]
    [InlineData("buyers", "age")]
    public Task Weighted_rows_too(string source, string weight) => HaveTheBitsOfTheStraightLoop(
        $"{source} weighted by {weight}", DataSets.Load(new DataSettings { Source = source, Rules = 4, Weight = weight, Seed = 1 }),
        job => job with { BatchSize = 50, ShardSize = 7 }, $"weighted-{source}");

    private async Task HaveTheBitsOfTheStraightLoop(string setting, EncodedDataSet data, Func<JobSpecification, JobSpecification> change, string job)
    {
        var specification = TrainingFixture.Specify(data, change);
        var replay = new JobReplay(specification, data);
        replay.RunTo(new EpochPlan(specification).TotalSteps);
        var expected = TrainingFixture.Sha256Of(replay.Weights);
        foreach (var (cluster, workers, blocks) in layouts.All)
        {
            var options = new RunOptions { Blocks = blocks, MinimumWorkers = workers };
            var (end, sha256, _) = await TrainingFixture.TrainAsync(
                cluster, data, specification, options, job);
            Assert.Equal(JobOutcome.Completed, end.End.Outcome);
            Assert.True(expected == sha256, $"{setting}: {workers} workers and {blocks} blocks end with {sha256}, the straight loop with {expected}");
        }
    }
}
