namespace Distributed.Data.Encodings;

/// <summary>
/// Mean and standard deviation of a column in two passes over double, in row order, with + − × ÷ √ only: the same bits everywhere.
/// </summary>
/// <param name="Mean">Σx / n.</param>
/// <param name="Scale">√(Σ(x − mean)² / n), above 0.</param>
internal readonly record struct ColumnStatistics(double Mean, double Scale)
{
    /// <summary>Computes the statistics of some rows.</summary>
    /// <param name="numbers">The column.</param>
    /// <param name="rows">The rows that count.</param>
    /// <returns>The statistics; null when the rows do not vary (or by so little that the scale is 0 in double).</returns>
    public static ColumnStatistics? Of(IReadOnlyList<double> numbers, ReadOnlySpan<int> rows)
    {
        var sum = 0.0;
        var varies = false;
        foreach (var row in rows)
        {
            sum += numbers[row];
            varies |= numbers[row] != numbers[rows[0]];
        }

        if (!varies)
            return null;
        var mean = sum / rows.Length;
        var squares = 0.0;
        foreach (var row in rows)
        {
            var deviation = numbers[row] - mean;
            squares += deviation * deviation;
        }

        var scale = Math.Sqrt(squares / rows.Length);
        return double.IsNormal(scale) ? new ColumnStatistics(mean, scale) : null;
    }
}
