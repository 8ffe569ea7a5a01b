using CsCheck;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Planning;

public sealed class EpochPlanTests
{
    [Fact]
    public void The_last_batch_of_an_epoch_and_the_last_shard_of_a_batch_may_be_short()
    {
        var plan = new EpochPlan(SampleJobs.With(training: 11, batch: 4, shard: 3, epochs: 2));
        Assert.Equal(3, plan.StepsPerEpoch);
        Assert.Equal(6, plan.TotalSteps);
        Assert.Equal([4, 4, 3, 4], new long[] { 0, 1, 2, 3 }.Select(plan.BatchLength));
        Assert.Equal([2, 2, 1, 2], new long[] { 0, 1, 2, 3 }.Select(plan.ShardCount));
        Assert.Equal(new IndexRange(7, 1), plan.Shard(1, 1));
        Assert.Equal(new IndexRange(8, 3), plan.Shard(2, 0));
        Assert.Equal(new IndexRange(0, 3), plan.Shard(3, 0));
    }

    [Fact]
    public void Boundaries_lie_behind_the_last_step_of_each_epoch()
    {
        var plan = new EpochPlan(SampleJobs.With(training: 11, batch: 4, shard: 3, epochs: 2));
        Assert.Equal([3, 6], Enumerable.Range(0, 7).Where(version => plan.IsBoundary(version)));
        Assert.Equal(3, plan.BoundaryAfter(0));
        Assert.Equal([0, 0, 0, 1, 1, 1], Enumerable.Range(0, 6).Select(step => plan.EpochOf(step)));
    }

    [Fact]
    public void The_shards_of_an_epoch_hold_every_position_once() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 64], Gen.Int[1, 64]).Sample((training, batch, shard) =>
        {
            var plan = new EpochPlan(SampleJobs.With(training, batch, Math.Min(shard, batch), epochs: 2));
            var next = 0;
            for (long step = plan.StepsPerEpoch; step < plan.TotalSteps; step++)
            {
                for (var s = 0; s < plan.ShardCount(step); s++)
                {
                    var range = plan.Shard(step, s);
                    Assert.Equal(next, range.First);
                    Assert.InRange(range.Count, 1, plan.MaximumRows);
                    next = range.End;
                }
            }
            Assert.Equal(training, next);
        });

    [Fact]
    public void The_validation_shards_hold_every_row_once() =>
        Gen.Int[0, 5000].Sample(rows =>
        {
            var plan = new EpochPlan(SampleJobs.With(8, 4, 2, validation: rows));
            var next = 0;
            for (var s = 0; s < plan.EvaluationShardCount; s++)
            {
                Assert.Equal(next, plan.EvaluationShard(s).First);
                next = plan.EvaluationShard(s).End;
            }
            Assert.Equal(rows, next);
        });

    [Fact]
    public void Two_epochs_have_different_orders_of_the_same_samples()
    {
        var plan = new EpochPlan(SampleJobs.With(50, 4, 2, epochs: 2));
        var orders = new[] { 0, 1 }.Select(epoch => Enumerable.Range(0, 50).Select(position => plan.Order(epoch)[position]).ToArray()).ToArray();
        Assert.NotEqual(orders[0], orders[1]);
        Assert.Equal(Enumerable.Range(0, 50), orders[0].Order());
        Assert.Equal(Enumerable.Range(0, 50), orders[1].Order());
    }
}
