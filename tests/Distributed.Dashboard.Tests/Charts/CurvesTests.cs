using Distributed.Dashboard.Charts;

namespace Distributed.Dashboard.Tests.Charts;

public sealed class CurvesTests
{
    private static IReadOnlyList<ChartPoint> Wave(int count) => [.. Enumerable.Range(0, count).Select(i => new ChartPoint(i, Math.Sin(i / 50.0)))];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400)]
    public void Few_points_stay_as_they_are(int count) => Assert.Equal(Wave(count), Curves.Downsample(Wave(count), 400));

    [Fact]
    public void Many_points_become_few_that_keep_ends_order_and_a_lonely_peak()
    {
        var points = Wave(100_000).ToArray();
        points[43_210] = new ChartPoint(43_210, 50);
        var few = Curves.Downsample(points, 400);
        Assert.Equal(400, few.Count);
        Assert.Equal((points[0], points[^1]), (few[0], few[^1]));
        Assert.Equal(few.OrderBy(point => point.X), few);
        Assert.Contains(points[43_210], few);
    }

    [Fact]
    public void Smoothing_keeps_a_constant_and_the_first_point_and_zero_changes_nothing()
    {
        Assert.All(Curves.Smooth([.. Enumerable.Range(0, 50).Select(i => new ChartPoint(i, 3))], 0.9), point => Assert.Equal(3, point.Y, 12));
        ChartPoint[] jump = [new(0, 1), new(1, 5)];
        Assert.Equal(jump, Curves.Smooth(jump, 0));
        var smooth = Curves.Smooth(jump, 0.5);
        Assert.Equal(1, smooth[0].Y, 12);
        Assert.Equal(((0.5 * 0.5 * 1) + (0.5 * 5)) / 0.75, smooth[1].Y, 12);
    }

    [Fact]
    public void What_cannot_be_drawn_is_left_out()
    {
        ChartPoint[] points = [new(1, double.NaN), new(2, double.PositiveInfinity), new(3, 0), new(4, -1), new(5, 2)];
        Assert.Equal([5], Curves.Drawable(points, true, double.NegativeInfinity, double.PositiveInfinity).Select(point => point.X));
        Assert.Equal([3, 4], Curves.Drawable(points, false, 3, 4).Select(point => point.X));
    }

    [Theory]
    [InlineData(0.1, 0.9, false)]
    [InlineData(-3, 17, false)]
    [InlineData(1e-6, 2, true)]
    [InlineData(5, 5, false)]
    [InlineData(0, 0, false)]
    public void A_scale_goes_there_and_back_and_its_marks_are_round_and_inside(double low, double high, bool isLogarithmic)
    {
        var scale = ChartScale.Over([low, high], isLogarithmic, 200, 0);
        foreach (var value in (double[])[low, high]) Assert.Equal(value, scale.ValueAt(scale.Place(value)), 9);
        var ticks = scale.Ticks(4);
        Assert.InRange(ticks.Count, 2, 12);
        Assert.Equal(ticks.Order(), ticks);
        Assert.All(ticks, tick => Assert.InRange(scale.Place(tick), -1e-6, 200 + 1e-6));
    }

    [Fact]
    public void A_drawing_of_nothing_is_empty_and_one_of_a_point_is_a_dot()
    {
        Assert.True(ChartDrawing.Of([new ChartLine("loss", [], 0), new ChartLine("bad", [new(1, double.NaN)], 1)], new ChartView(), (0, 0, 100, 100)).IsEmpty);
        var dot = ChartDrawing.Of([new ChartLine("loss", [new(1, 2)], 0)], new ChartView(), (0, 0, 100, 100));
        Assert.StartsWith("M", Assert.Single(dot.Paths).Path, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", dot.Paths[0].Path, StringComparison.Ordinal);
    }
}
