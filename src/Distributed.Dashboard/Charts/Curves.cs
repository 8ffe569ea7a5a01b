namespace Distributed.Dashboard.Charts;

/// <summary>What is done to curves before they are drawn.</summary>
internal static class Curves
{
    /// <summary>
    /// At most so many points that look the same: the largest triangle of each bucket (S. Steinarsson, 2013). First and last stay.
    /// </summary>
    public static IReadOnlyList<ChartPoint> Downsample(IReadOnlyList<ChartPoint> points, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 3);
        if (points.Count <= most) return points;
        var kept = new List<ChartPoint>(most) { points[0] };
        var width = (double)(points.Count - 2) / (most - 2);
        var last = 0;
        for (var bucket = 0; bucket < most - 2; bucket++)
        {
            var (begin, end) = (1 + (int)(bucket * width), 1 + (int)((bucket + 1) * width));
            var next = Mean(points, end, Math.Min(1 + (int)((bucket + 2) * width), points.Count));
            var (best, largest) = (begin, -1.0);
            for (var i = begin; i < end; i++)
            {
                var area = Math.Abs(((points[last].X - next.X) * (points[i].Y - points[last].Y)) - ((points[last].X - points[i].X) * (next.Y - points[last].Y)));
                if (area > largest) (best, largest) = (i, area);
            }
            kept.Add(points[best]);
            last = best;
        }
        kept.Add(points[^1]);
        return kept;
    }

    /// <summary>An exponential mean, corrected for its begin: 0 changes nothing, 0.9 remembers about ten points.</summary>
    public static IReadOnlyList<ChartPoint> Smooth(IReadOnlyList<ChartPoint> points, double memory)
    {
        if (memory <= 0) return points;
        var smooth = new ChartPoint[points.Count];
        var (mean, weight) = (0.0, 0.0);
        for (var i = 0; i < points.Count; i++)
        {
            mean = (memory * mean) + ((1 - memory) * points[i].Y);
            weight = (memory * weight) + (1 - memory);
            smooth[i] = points[i] with { Y = mean / weight };
        }
        return smooth;
    }

    /// <summary>The points that can be drawn: finite, above zero for a logarithmic scale, between two bounds.</summary>
    public static IReadOnlyList<ChartPoint> Drawable(IReadOnlyList<ChartPoint> points, bool isLogarithmic, double from, double to) =>
        [.. points.Where(point => double.IsFinite(point.Y) && (!isLogarithmic || point.Y > 0) && point.X >= from && point.X <= to)];

    private static ChartPoint Mean(IReadOnlyList<ChartPoint> points, int begin, int end)
    {
        var (x, y) = (0.0, 0.0);
        for (var i = begin; i < end; i++) (x, y) = (x + points[i].X, y + points[i].Y);
        var count = Math.Max(1, end - begin);
        return new ChartPoint(x / count, y / count);
    }
}
