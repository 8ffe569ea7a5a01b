using System.Text.Json;
using Distributed.Learning.Optimization;

namespace Distributed.Learning.Tests.Optimization;

public class ScheduleTests
{
    private const double Base = 0.2;

    [Fact]
    public void A_constant_rate_stays() => Assert.All(Rates(new(), 40), rate => Assert.Equal((float)Base, rate));

    [Fact]
    public void A_step_schedule_multiplies_after_every_so_many_epochs_and_stops_at_the_minimum()
    {
        var rates = Rates(new() { Kind = ScheduleKind.Step, StepEpochs = 2, StepFactor = 0.5, MinimumLearningRate = 0.04 }, 40);
        for (var step = 0; step < 40; step++) // five steps an epoch
            Assert.Equal((float)Math.Max(Base * Math.Pow(0.5, step / 10), 0.04), rates[step]);
    }

    [Fact]
    public void A_cosine_schedule_falls_from_the_base_rate_towards_the_minimum()
    {
        var rates = Rates(new() { Kind = ScheduleKind.Cosine, MinimumLearningRate = 0.02 }, 40);
        Assert.Equal((float)Base, rates[0]);
        Assert.Equal(0.11f, rates[20], 1e-7f);
        for (var step = 0; step < 40; step++)
            Assert.Equal(0.02 + 0.18 * (1 + Math.Cos(Math.PI * step / 40)) / 2, rates[step], 1e-8);
        Assert.Equal(rates.OrderDescending(), rates);
        Assert.Equal(0.02f, Rate(new() { Kind = ScheduleKind.Cosine, MinimumLearningRate = 0.02 }, 40));
        Assert.Equal(0.02f, Rate(new() { Kind = ScheduleKind.Cosine, MinimumLearningRate = 0.02 }, 1_000_000));
    }

    [Theory]
    [InlineData(ScheduleKind.Constant)]
    [InlineData(ScheduleKind.Step)]
    [InlineData(ScheduleKind.Cosine)]
    public void The_warm_up_rises_linearly_to_the_full_rate(ScheduleKind kind)
    {
        var rates = Rates(new() { Kind = kind, WarmupSteps = 8 }, 40);
        for (var step = 0; step < 8; step++)
            Assert.Equal(Base * (step + 1) / 8, rates[step], 1e-8);
        Assert.Equal((float)Base, rates[8]);
    }

    [Fact]
    public void After_a_warm_up_the_cosine_spans_the_remaining_steps()
    {
        var schedule = new ScheduleSpecification { Kind = ScheduleKind.Cosine, WarmupSteps = 8 };
        Assert.Equal((float)(Base / 2), Rate(schedule, 24), 1e-8f);
        Assert.Equal(0, Rate(schedule, 40));
    }

    [Fact]
    public void A_warm_up_longer_than_the_job_only_rises()
    {
        var rates = Rates(new() { Kind = ScheduleKind.Cosine, WarmupSteps = 100 }, 40);
        Assert.Equal(rates.Order(), rates);
        Assert.Equal((float)(Base * 40 / 100), rates[39]);
    }

    [Fact]
    public void Golden_values_stay()
    {
        var schedule = new ScheduleSpecification { Kind = ScheduleKind.Cosine, WarmupSteps = 3, MinimumLearningRate = 0.001 };
        var bits = new long[] { 0, 2, 3, 7, 20, 39 }.Select(step => BitConverter.SingleToInt32Bits(Rate(schedule, step)).ToString("x8"));
        Assert.Equal("3d888889 3e4ccccd 3e4ccccd 3e46fadb 3de7b50a 3ab20e04", string.Join(' ', bits));
    }

    public static TheoryData<ScheduleSpecification, string> Wrong() => new()
    {
        { new() { Kind = (ScheduleKind)7 }, "choose one of Constant, Step, Cosine" },
        { new() { WarmupSteps = -1 }, "the warm-up is -1 steps: it must lie between 0 (none)" },
        { new() { Kind = ScheduleKind.Step, StepEpochs = 0 }, "every 0 epochs: it must be at least 1" },
        { new() { Kind = ScheduleKind.Step, StepFactor = 0 }, "factor is 0: it must lie above 0 and not above 1" },
        { new() { Kind = ScheduleKind.Step, StepFactor = 1.5 }, "factor is 1.5" },
        { new() { Kind = ScheduleKind.Cosine, MinimumLearningRate = -1 }, "the minimum learning rate is -1" },
        { new() { Kind = ScheduleKind.Cosine, MinimumLearningRate = double.NaN }, "between 0 and the learning rate" },
        { new() { Kind = ScheduleKind.Cosine, MinimumLearningRate = 0.3 }, "it must not be above the learning rate (0.2)" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_named_with_what_is_expected(ScheduleSpecification schedule, string expected) =>
        Assert.Contains(expected, schedule.Validate(Base));

    [Fact]
    public void The_defaults_of_every_kind_are_valid_and_survive_json()
    {
        foreach (var kind in Enum.GetValues<ScheduleKind>())
        {
            var schedule = new ScheduleSpecification { Kind = kind, WarmupSteps = 5 };
            Assert.Null(schedule.Validate(Base));
            Assert.Equal(schedule, JsonSerializer.Deserialize<ScheduleSpecification>(JsonSerializer.Serialize(schedule)));
        }
    }

    [Fact]
    public void Impossible_steps_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduleSpecification().LearningRateAt(-1, 10, 5, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduleSpecification().LearningRateAt(0, 10, 0, 1));
    }

    private static float Rate(ScheduleSpecification schedule, long step) => schedule.LearningRateAt(step, 40, 5, Base);

    private static float[] Rates(ScheduleSpecification schedule, int steps) =>
        Enumerable.Range(0, steps).Select(step => Rate(schedule, step)).ToArray();
}
