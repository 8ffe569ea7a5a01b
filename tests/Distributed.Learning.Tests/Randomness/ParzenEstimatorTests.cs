using Distributed.Learning.Randomness;

namespace Distributed.Learning.Tests.Randomness;

public class ParzenEstimatorTests
{
    [Fact]
    public void The_density_of_a_number_and_a_choice_sums_to_one()
    {
        var estimator = new ParzenEstimator([[0.02, 0.1], [0.4, 0.9], [0.97, 0.5]], [0, 3]);
        const int Cells = 2000;
        var sum = 0.0;
        for (var i = 0; i < Cells; i++)
            for (var choice = 0; choice < 3; choice++)
                sum += Math.Exp(estimator.LogDensity([(i + 0.5) / Cells, (choice + 0.5) / 3])) / Cells / 3;
        Assert.Equal(1, sum, 3);
    }

    [Fact]
    public void Draws_lie_in_the_cube_and_gather_at_the_points()
    {
        var estimator = new ParzenEstimator([.. Enumerable.Repeat(new[] { 0.2 }, 30)], [0]);
        var stream = RandomStream.For(3, StreamPurpose.Search);
        var draws = Enumerable.Range(0, 1000).Select(_ => estimator.Draw(stream)[0]).ToArray();
        Assert.All(draws, x => Assert.InRange(x, 0, Math.BitDecrement(1.0)));
        Assert.InRange(draws.Count(x => Math.Abs(x - 0.2) < 0.3), 850, 1000);
    }

    [Fact]
    public void The_density_is_highest_near_the_points()
    {
        var estimator = new ParzenEstimator([[0.8, 0.5], [0.75, 0.5]], [0, 2]);
        Assert.True(estimator.LogDensity([0.78, 0.6]) > estimator.LogDensity([0.2, 0.6]));
        Assert.True(estimator.LogDensity([0.78, 0.6]) > estimator.LogDensity([0.78, 0.1]));
    }
}
