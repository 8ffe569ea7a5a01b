using System.Globalization;
using Distributed.Learning.Randomness;

namespace Distributed.Data.Samples;

/// <summary>
/// Splits rows into a training and a validation part: each row once, decided by (seed, fraction, classes) alone. Both parts keep
/// the file's order; the order of training is the epoch's business.
/// </summary>
internal static class SampleSplit
{
    /// <summary>The largest part of the rows that may be held back for validation.</summary>
    public const double LargestFraction = 0.9;

    /// <summary>Splits without regard to classes. At least one row stays on each side.</summary>
    /// <param name="rows">The number of rows, at least 2.</param>
    /// <param name="fraction">The validation part, in (0, 0.9].</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The rows of both parts, ascending.</returns>
    public static (int[] Training, int[] Validation) Plain(int rows, double fraction, ulong seed)
    {
        var count = Math.Clamp(Rounded(rows * fraction), 1, rows - 1);
        return Parts(rows, Chosen([.. Enumerable.Range(0, rows)], count, seed, 0));
    }

    /// <summary>
    /// Splits so that each class has its share in both parts: rounded down, and what is missing to the whole goes to the classes
    /// with the largest remainders (the earlier class on a tie). Each class keeps at least one row to learn from.
    /// </summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="fraction">The validation part, in (0, 0.9].</param>
    /// <param name="seed">The seed.</param>
    /// <param name="least">So many rows of each class are held back for validation, as far as one is left to learn from.</param>
    /// <returns>The rows of both parts, ascending.</returns>
    public static (int[] Training, int[] Validation) Stratified(ReadOnlySpan<int> labels, int classes, double fraction, ulong seed, int least = 0)
    {
        var members = new List<int>[classes];
        for (var c = 0; c < classes; c++)
            members[c] = [];
        for (var row = 0; row < labels.Length; row++)
            members[labels[row]].Add(row);

        var counts = new int[classes];
        var remaining = Math.Max(1, Rounded(labels.Length * fraction));
        for (var c = 0; c < classes; c++)
        {
            counts[c] = Math.Max(Math.Min(least, members[c].Count - 1), Math.Min((int)(members[c].Count * fraction), members[c].Count - 1));
            remaining -= counts[c];
        }

        var byRemainder = Enumerable.Range(0, classes)
            .OrderByDescending(c => members[c].Count * fraction - counts[c])
            .ThenBy(c => c);
        foreach (var c in byRemainder)
        {
            if (remaining <= 0)
                break;
            if (counts[c] >= members[c].Count - 1)
                continue;
            counts[c]++;
            remaining--;
        }

        var validation = new List<int>();
        for (var c = 0; c < classes; c++)
            validation.AddRange(Chosen(members[c], counts[c], seed, c + 1));
        return Parts(labels.Length, validation);
    }

    /// <summary>
    /// Splits so that the rows of a group stay together: groups are held back in a shuffled order while each brings the validation part closer to
    /// its share. At least one group stays on each side.
    /// </summary>
    /// <param name="groups">The group of each row, numbered from 0.</param>
    /// <param name="count">The number of groups, at least 2.</param>
    /// <param name="fraction">The validation part, in (0, 0.9].</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The rows of both parts, ascending.</returns>
    public static (int[] Training, int[] Validation) Grouped(ReadOnlySpan<int> groups, int count, double fraction, ulong seed)
    {
        var sizes = new int[count];
        foreach (var group in groups)
            sizes[group]++;
        var wanted = Math.Max(1, Rounded(groups.Length * fraction));
        var shuffled = Chosen([.. Enumerable.Range(0, count)], count, seed, 0).ToArray();
        var isHeld = new bool[count];
        var (held, heldGroups) = (0, 0);
        foreach (var group in shuffled)
        {
            if (heldGroups == count - 1 || Math.Abs(held + sizes[group] - wanted) >= Math.Abs(held - wanted))
                continue;
            isHeld[group] = true;
            held += sizes[group];
            heldGroups++;
        }

        if (heldGroups == 0)
            isHeld[shuffled.MinBy(group => sizes[group])] = true;
        var validation = new List<int>();
        for (var row = 0; row < groups.Length; row++)
            if (isHeld[groups[row]])
                validation.Add(row);
        return Parts(groups.Length, validation);
    }

    /// <summary>Holds back the rows with the highest values; of equal ones the later in the file.</summary>
    /// <param name="order">[rows] numbers, at least 2.</param>
    /// <param name="fraction">The validation part, in (0, 0.9].</param>
    /// <returns>The rows of both parts, ascending.</returns>
    public static (int[] Training, int[] Validation) Latest(IReadOnlyList<double> order, double fraction)
    {
        var count = Math.Clamp(Rounded(order.Count * fraction), 1, order.Count - 1);
        return Parts(order.Count, Enumerable.Range(0, order.Count).OrderBy(row => order[row]).Skip(order.Count - count));
    }

    /// <summary>Reads a fraction as a user writes it; false when the text is not a number (and so names a file).</summary>
    public static bool TryFraction(string text, out double fraction)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out fraction))
            return false;
        if (fraction is >= 0 and <= LargestFraction)
            return true;
        throw new DataException(
            $"the validation fraction {text} is outside 0 to 0.9",
            "0.2 holds back a fifth of the rows, 0 trains without validation");
    }

    private static int Rounded(double count) => (int)Math.Floor(count + 0.5);

    /// <summary>The first <paramref name="count"/> places of a Fisher–Yates shuffle.</summary>
    private static IEnumerable<int> Chosen(List<int> rows, int count, ulong seed, long stratum)
    {
        var stream = RandomStream.For(seed, StreamPurpose.Split, stratum);
        for (var i = 0; i < count; i++)
        {
            var j = i + stream.NextInt32(rows.Count - i);
            (rows[i], rows[j]) = (rows[j], rows[i]);
        }

        return rows.Take(count);
    }

    private static (int[] Training, int[] Validation) Parts(int rows, IEnumerable<int> validation)
    {
        var held = validation.Order().ToArray();
        var isHeld = new bool[rows];
        foreach (var row in held)
            isHeld[row] = true;
        return ([.. Enumerable.Range(0, rows).Where(row => !isHeld[row])], held);
    }
}
