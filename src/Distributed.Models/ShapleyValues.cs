using Distributed.Learning.Randomness;

namespace Distributed.Models;

/// <summary>
/// Sampled Shapley values (E. Štrumbelj, I. Kononenko, 2014): columns of a row of which nothing is known take the row's values one after the other,
/// in drawn orders and each order backwards too; a column's contribution is the mean change of the answer at its turn. Orders are keyed by a fixed
/// seed, so equal rows have equal contributions. Up to five columns have all of their orders, which makes the values exact.
/// </summary>
internal static class ShapleyValues
{
    private const ulong Seed = 1;
    private const int MostOrders = 64, MostExact = 5;

    /// <summary>The most answers that are asked for, orders times columns.</summary>
    private const int MostAnswers = 1 << 17;

    /// <summary>The contributions, in the order of the columns.</summary>
    /// <param name="widths">The inputs of each column.</param>
    /// <param name="row">[inputs] of the row.</param>
    /// <param name="baseline">[inputs] of a row of which nothing is known.</param>
    /// <param name="answer">Answers rows [rows × inputs], one value each.</param>
    public static double[] Of(int[] widths, float[] row, float[] baseline, Func<float[], int, double[]> answer)
    {
        var starts = new int[widths.Length];
        for (var column = 1; column < widths.Length; column++) starts[column] = starts[column - 1] + widths[column - 1];
        var sums = new double[widths.Length];
        var before = answer(baseline, 1)[0];
        var count = 0;
        foreach (var order in Orders(widths.Length))
        {
            var rows = new float[order.Length * row.Length];
            var current = baseline.ToArray();
            for (var turn = 0; turn < order.Length; turn++)
            {
                var (start, width) = (starts[order[turn]], widths[order[turn]]);
                row.AsSpan(start, width).CopyTo(current.AsSpan(start));
                current.CopyTo(rows, turn * row.Length);
            }

            var last = before;
            var answers = answer(rows, order.Length);
            for (var turn = 0; turn < order.Length; turn++)
            {
                sums[order[turn]] += answers[turn] - last;
                last = answers[turn];
            }

            count++;
        }

        return Array.ConvertAll(sums, sum => sum / count);
    }

    private static IEnumerable<int[]> Orders(int columns) => columns <= MostExact ? Permutations(columns) : Drawn(columns);

    private static IEnumerable<int[]> Drawn(int columns)
    {
        var times = Math.Clamp(MostAnswers / columns / 2, 1, MostOrders);
        for (var time = 0; time < times; time++)
        {
            var drawn = new SampleOrder(Seed, time, columns);
            int[] order = [.. Enumerable.Range(0, columns).Select(place => drawn[place])];
            yield return order;
            yield return [.. order.Reverse()];
        }
    }

    private static IEnumerable<int[]> Permutations(int columns)
    {
        if (columns == 0) return [[]];
        return Permutations(columns - 1).SelectMany(shorter => Enumerable.Range(0, columns).Select(place => (int[])[.. shorter[..place], columns - 1, .. shorter[place..]]));
    }
}
