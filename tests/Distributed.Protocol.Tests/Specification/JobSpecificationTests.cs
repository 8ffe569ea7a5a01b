using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Specification;

public sealed class JobSpecificationTests
{
    [Fact]
    public void A_usual_job_is_valid() => Assert.Null(SampleJobs.Small.Validate());

    public static TheoryData<string, string> Wrong() => new()
    {
        { "epochs", "epochs is 0" },
        { "batch", "batch size is 0" },
        { "shard", "shard size is 5" },
        { "samples", "no training samples" },
        { "accuracy", "needs a validation set" },
        { "accuracy of a regression", "needs a classifier" },
        { "arithmetic", "needs arithmetic version 99" },
        { "shards", "choose larger shards" },
        { "target", "target accuracy is 1.5" },
        { "patience", "patience is 0" },
        { "network", "outputs must be" },
        { "optimizer", "learning rate is 0" },
        { "schedule", "warm-up is -1" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_said(string what, string expected)
    {
        var small = SampleJobs.Small;
        var validated = small with { Data = small.Data with { ValidationSamples = 5 } };
        var job = what switch
        {
            "epochs" => small with { Epochs = 0 },
            "batch" => small with { BatchSize = 0 },
            "shard" => small with { ShardSize = 5 },
            "samples" => small with { Data = small.Data with { TrainingSamples = 0 } },
            "accuracy" => small with { Stop = new StopRules { TargetAccuracy = 0.9 } },
            "accuracy of a regression" => validated with
            {
                Stop = new StopRules { TargetAccuracy = 0.9 },
                Network = small.Network with { Output = OutputKind.Linear, Loss = LossKind.SquaredError },
            },
            "arithmetic" => small with { Arithmetic = 99 },
            "shards" => small with { BatchSize = 1 << 20, ShardSize = 1 },
            "target" => validated with { Stop = new StopRules { TargetAccuracy = 1.5 } },
            "patience" => small with { Stop = new StopRules { Patience = 0 } },
            "network" => small with { Network = small.Network with { Outputs = 0 } },
            "optimizer" => small with { Optimizer = small.Optimizer with { LearningRate = 0 } },
            _ => small with { Schedule = small.Schedule with { WarmupSteps = -1 } },
        };
        Assert.Contains(expected, job.Validate());
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("digits-1", true)]
    [InlineData("1a", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("A", false)]
    [InlineData("a b", false)]
    [InlineData("../x", false)]
    public void A_job_name_is_lower_case_letters_digits_and_dashes(string name, bool valid)
    {
        Assert.Equal(valid, JobId.IsValid(name));
        Assert.Equal(valid, JobId.TryParse(name, out _));
        if (!valid) Assert.Throws<ArgumentException>(() => new JobId(name));
    }

    [Fact]
    public void A_job_name_of_more_than_64_characters_is_refused()
    {
        Assert.True(JobId.IsValid(new string('a', 64)));
        Assert.False(JobId.IsValid(new string('a', 65)));
    }

    [Fact]
    public void Run_options_outside_their_ranges_are_refused()
    {
        Assert.Null(new RunOptions().Validate());
        Assert.NotNull(new RunOptions { Blocks = 0 }.Validate());
        Assert.NotNull(new RunOptions { Blocks = 257 }.Validate());
        Assert.NotNull(new RunOptions { SnapshotEverySteps = 0 }.Validate());
        Assert.NotNull(new RunOptions { SnapshotEvery = TimeSpan.Zero }.Validate());
        Assert.NotNull(new RunOptions { MinimumWorkers = 0 }.Validate());
    }
}
