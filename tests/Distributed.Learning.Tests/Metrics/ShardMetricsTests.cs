using Distributed.Learning.Metrics;

namespace Distributed.Learning.Tests.Metrics;

public class ShardMetricsTests
{
    [Fact]
    public void The_zeroed_value_is_neutral_and_has_no_bad_shard()
    {
        Assert.Equal(int.MaxValue, default(ShardMetrics).FirstBadShard);
        Assert.False(default(ShardMetrics).HasBadShard);
        var some = new ShardMetrics
        {
            LossSum = 1.5,
            Divisor = 3,
            Samples = 3,
            Correct = 2,
            AbsoluteErrorSum = 4,
            SquaredErrorSum = 5,
            TargetSum = 6,
            TargetSquareSum = 70,
            FirstBadShard = 4,
        };
        Assert.Equal(some, ShardMetrics.Add(some, default));
        Assert.Equal(some, ShardMetrics.Add(default, some));
    }

    [Fact]
    public void Sums_add_field_by_field_and_the_lowest_bad_shard_stays()
    {
        var a = new ShardMetrics { LossSum = 1, Divisor = 2, Samples = 3, Correct = 1, FirstBadShard = 7 };
        var b = new ShardMetrics
        {
            LossSum = 10,
            Divisor = 20,
            Samples = 30,
            Correct = 10,
            AbsoluteErrorSum = 40,
            SquaredErrorSum = 50,
            TargetSum = 60,
            TargetSquareSum = 70,
            FirstBadShard = 0,
        };
        var expected = b with { LossSum = 11, Divisor = 22, Samples = 33, Correct = 11 };
        Assert.Equal(expected, ShardMetrics.Add(a, b));
        Assert.Equal(expected, ShardMetrics.Add(b, a));
        Assert.True(expected.HasBadShard);
        Assert.Equal(7, ShardMetrics.Add(a, default).FirstBadShard);
    }

    [Fact]
    public void Means_are_sums_over_the_divisor_and_accuracy_counts_samples()
    {
        var metrics = new ShardMetrics { LossSum = 3, Divisor = 6, Samples = 4, Correct = 3, AbsoluteErrorSum = 12, SquaredErrorSum = 24 };
        Assert.Equal(0.5, metrics.MeanLoss);
        Assert.Equal(0.75, metrics.Accuracy);
        Assert.Equal(2.0, metrics.MeanAbsoluteError);
        Assert.Equal(4.0, metrics.MeanSquaredError);
    }

    [Fact]
    public void Metrics_of_nothing_are_undefined()
    {
        ShardMetrics none = default;
        Assert.True(double.IsNaN(none.MeanLoss));
        Assert.Equal([null, null, null, null], [none.Accuracy, none.MeanAbsoluteError, none.MeanSquaredError, none.RSquared]);
    }

    [Theory]
    [InlineData(new[] { 1.0, 2, 3, 4 }, new[] { 1.0, 2, 3, 4 }, 1)]
    [InlineData(new[] { 1.0, 2, 3, 4 }, new[] { 2.5, 2.5, 2.5, 2.5 }, 0)]
    [InlineData(new[] { 3, -0.5, 2, 7 }, new[] { 2.5, 0.0, 2, 8 }, 0.9486081370449679)] // scikit-learn's r2_score example
    public void R_squared_follows_its_definition(double[] targets, double[] predictions, double expected) =>
        Assert.Equal(expected, Of(targets, predictions).RSquared!.Value, 1e-12);

    [Theory]
    [InlineData(new[] { 3.5 }, new[] { 3.0 })]
    [InlineData(new[] { 3.5 }, new[] { 3.5 })]
    [InlineData(new[] { 0.0 }, new[] { 1.0 })]
    [InlineData(new[] { 0.1, 0.1, 0.1 }, new[] { 0.1, 0.1, 0.1 })]
    [InlineData(new[] { 0.1, 0.1, 0.1 }, new[] { 0.1, 0.1, 0.2 })]
    [InlineData(new[] { 0.0, 0, 0 }, new[] { 0.0, 0, 1 })]
    public void R_squared_of_one_row_or_of_a_constant_target_is_undefined(double[] targets, double[] predictions) =>
        Assert.Null(Of(targets, predictions).RSquared);

    [Theory]
    [InlineData(0.1f, 100_000)]
    [InlineData(-1.3f, 250_000)]
    [InlineData(0.7331f, 1_000_000)]
    public void Rounding_over_many_equal_targets_is_no_spread(float target, int rows)
    {
        // As evaluation adds: 64 rows at once, one sum after the other.
        ShardMetrics sum = default;
        for (var row = 0; row < rows; row += 64)
        {
            ShardMetrics shard = default;
            for (var i = 0; i < 64; i++) shard = ShardMetrics.Add(shard, Of(target, 0));
            sum = ShardMetrics.Add(sum, shard);
        }

        Assert.Null(sum.RSquared);
    }

    private static ShardMetrics Of(double[] targets, double[] predictions)
    {
        ShardMetrics sum = default;
        for (var i = 0; i < targets.Length; i++)
            sum = ShardMetrics.Add(sum, Of(targets[i], predictions[i]));
        return sum;
    }

    private static ShardMetrics Of(double target, double prediction) => new()
    {
        Divisor = 1,
        Samples = 1,
        AbsoluteErrorSum = Math.Abs(prediction - target),
        SquaredErrorSum = (prediction - target) * (prediction - target),
        TargetSum = target,
        TargetSquareSum = target * target,
    };
}
