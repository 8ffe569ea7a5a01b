using System.Text.Json;
using Distributed.Learning.Optimization;

namespace Distributed.Learning.Tests.Optimization;

public class OptimizerSpecificationTests
{
    [Fact]
    public void The_defaults_of_every_kind_are_valid()
    {
        foreach (var kind in Enum.GetValues<OptimizerKind>())
            Assert.Null(new OptimizerSpecification { Kind = kind }.Validate());
    }

    public static TheoryData<OptimizerSpecification, string> Wrong() => new()
    {
        { new() { Kind = (OptimizerKind)9 }, "choose one of Sgd, Momentum, Nesterov, Adam, AdamW" },
        { new() { LearningRate = 0 }, "the learning rate is 0: it must lie above 0" },
        { new() { LearningRate = -1 }, "above 0" },
        { new() { LearningRate = double.NaN }, "above 0" },
        { new() { LearningRate = double.PositiveInfinity }, "not above 1000" },
        { new() { Kind = OptimizerKind.Momentum, Momentum = 1 }, "the momentum is 1: it must be at least 0 and below 1" },
        { new() { Kind = OptimizerKind.Nesterov, Momentum = -0.1 }, "momentum" },
        { new() { Kind = OptimizerKind.Momentum, Momentum = 0.999999999 }, "below 1" },
        { new() { Kind = OptimizerKind.Adam, Beta1 = 1 }, "beta1 is 1" },
        { new() { Kind = OptimizerKind.AdamW, Beta2 = double.NaN }, "beta2" },
        { new() { Kind = OptimizerKind.Adam, Epsilon = 0 }, "epsilon is 0: it must lie between" },
        { new() { WeightDecay = -0.01 }, "the weight decay is -0.01: it must lie between 0 (none)" },
        { new() { WeightDecay = double.NaN }, "weight decay" },
        { new() { GradientClip = 0 }, "the gradient clip is 0" },
        { new() { GradientClip = -1 }, "or be left out for none" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_named_with_what_is_expected(OptimizerSpecification specification, string expected)
    {
        Assert.Contains(expected, specification.Validate());
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => Optimizer.Create(specification)).Message);
    }

    [Fact]
    public void Settings_that_the_kind_does_not_use_are_not_judged() =>
        Assert.Null(new OptimizerSpecification { Kind = OptimizerKind.Sgd, Momentum = 5, Beta1 = 7, Epsilon = -1 }.Validate());

    [Fact]
    public void Json_brings_back_an_equal_specification()
    {
        var specification = new OptimizerSpecification { Kind = OptimizerKind.AdamW, WeightDecay = 0.1, GradientClip = 2 };
        Assert.Equal(specification, JsonSerializer.Deserialize<OptimizerSpecification>(JsonSerializer.Serialize(specification)));
    }
}
