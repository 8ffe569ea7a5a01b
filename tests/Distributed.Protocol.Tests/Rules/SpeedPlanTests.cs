using Distributed.Protocol.Coordinator.Crews;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Tests.Rules;

public sealed class SpeedPlanTests
{
    [Fact]
    public void Equal_workers_get_equal_shares_and_unknown_ones_count_as_average()
    {
        Assert.Equal([4, 4, 4], SpeedPlan.Shares([7, 7, 7], 12));
        Assert.Equal([4, 4, 4], SpeedPlan.Shares([null, null, null], 12));
        Assert.Equal([2, 6, 4], SpeedPlan.Shares([1, 3, null], 12));
    }

    [Fact]
    public void A_worker_that_would_hold_up_the_others_gets_nothing()
    {
        Assert.Equal([15, 0], SpeedPlan.Shares([100, 1], 15));
        Assert.Equal([14, 1], SpeedPlan.Shares([100, 10], 15));
        Assert.Equal([0, 15], SpeedPlan.Shares([0, 3], 15));
        Assert.Equal([0, 0], SpeedPlan.Shares([0, 0], 15));
    }

    [Fact]
    public void No_other_shares_end_a_step_sooner()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (leaves, speeds) = (random.Next(1, 9), new double?[] { 1 + random.Next(20), 1 + random.Next(20), 1 + random.Next(20) });
            var best = double.PositiveInfinity;
            for (var a = 0; a <= leaves; a++)
                for (var b = 0; a + b <= leaves; b++)
                    best = Math.Min(best, Time([a, b, leaves - a - b]));
            Assert.True(Time(SpeedPlan.Shares(speeds, leaves)) <= best, $"seed {seed}");

            double Time(int[] shares) => SpeedPlan.StepTime(speeds, Weighted(shares), leaves);
        }
    }

    [Fact]
    public void Shares_are_changed_only_for_more_than_the_tolerance()
    {
        Assert.False(SpeedPlan.IsWorthAChange([100, 90], Weighted([1, 1]), 100)); // 50/90 against 47/90
        Assert.True(SpeedPlan.IsWorthAChange([100, 70], Weighted([1, 1]), 100)); // 50/70 against 41/70
        Assert.False(SpeedPlan.IsWorthAChange([100, 70], Weighted(SpeedPlan.Shares([100, 70], 100)), 100));
        Assert.False(SpeedPlan.IsWorthAChange([60, 100], Weighted([1, 1]), 1)); // one shard: the faster worker already has it
    }

    private static Assignment Weighted(int[] weights) => new(1, [.. weights.Select((weight, i) => new WorkerShare(new WorkerId($"w{i}"), weight))]);
}
