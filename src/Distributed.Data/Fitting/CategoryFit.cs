using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>
/// The categories of a column of texts: those that enough training rows have. Missing cells are the category "" under the same rule; all other
/// texts are rare.
/// </summary>
/// <param name="Categories">In ordinal order.</param>
/// <param name="Shares">Each category's share of the training rows, where there are no rare texts; otherwise empty.</param>
/// <param name="Missing">Training rows without a text.</param>
/// <param name="Rare">Training rows with a text that is no category.</param>
internal sealed record CategoryFit(IReadOnlyList<string> Categories, IReadOnlyList<double> Shares, int Missing, int Rare)
{
    /// <summary>Values that all categories of a column may take, as inputs of all training rows.</summary>
    private const long MostValues = 100_000_000;

    private const int MostCategories = 1_000, AlwaysCategories = 100;

    /// <summary>From how many training rows a category needs two rows, and three.</summary>
    private const int ForTwo = 50, ForThree = 500;

    /// <summary>Rows from which on a column of texts that all differ is an identifier, although each may be a category.</summary>
    private const int RowsOfIdentifier = 10;

    /// <summary>Fits the categories on the training rows.</summary>
    /// <param name="column">The column.</param>
    /// <param name="training">The rows.</param>
    /// <param name="isNamed">Whether the settings take the column for categories: then it is one also where almost each row has another text.</param>
    public static CategoryFit Of(RawColumn column, int[] training, bool isNamed = false)
    {
        var times = new int[column.Texts.Count];
        var unknown = 0;
        foreach (var row in training)
        {
            if (column.TextIndices[row] is >= 0 and var text)
                times[text]++;
            else
                unknown++;
        }

        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var text = 0; text < times.Length; text++)
        {
            if (times[text] == 0)
                continue;
            var name = IsMissing(column, text) ? "" : column.Texts[text];
            counts[name] = counts.GetValueOrDefault(name) + times[text];
        }

        var fewest = training.Length < ForTwo ? 1 : training.Length < ForThree ? 2 : 3;
        var differ = counts.Count == training.Length && training.Length > RowsOfIdentifier;
        var most = (int)Math.Clamp(MostValues / Math.Max(1, training.Length), AlwaysCategories, MostCategories);
        var kept = Kept(differ ? int.MaxValue : fewest);
        if (isNamed && kept.Length == 0)
            kept = Kept(1);
        var rare = unknown + counts.Values.Sum() - kept.Sum(pair => pair.Value);
        return new CategoryFit(
            [.. kept.Select(pair => pair.Key)],
            rare > 0 ? [] : [.. kept.Select(pair => pair.Value / (double)training.Length)],
            counts.GetValueOrDefault(""), rare);

        KeyValuePair<string, int>[] Kept(int least) =>
        [
            .. counts.Where(pair => pair.Value >= least)
                .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(most)
                .OrderBy(pair => pair.Key, StringComparer.Ordinal),
        ];
    }

    private static bool IsMissing(RawColumn column, int text) =>
        column.KindOf(text) == CellKind.MissingWord && column.Reading is ColumnReading;
}
