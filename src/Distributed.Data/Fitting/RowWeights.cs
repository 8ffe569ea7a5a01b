using System.Globalization;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>
/// How much each row counts, where a column says it. Rows of weight 0 are left out; the other weights are divided by the mean of those of the
/// training rows, so that their unit reaches no weight of the network.
/// </summary>
internal static class RowWeights
{
    /// <summary>The table without the rows that weigh nothing.</summary>
    /// <param name="table">The rows with targets.</param>
    /// <param name="settings">Names the column, or none.</param>
    /// <param name="notes">Receives remarks for the user.</param>
    /// <exception cref="DataException">A cell is no weight, or all are 0.</exception>
    public static RawTable Present(RawTable table, DataSettings settings, ICollection<DataNote> notes)
    {
        if (settings.Weight is not { } name)
            return table;
        var numbers = Find(table, name).Numbers;
        for (var row = 0; row < table.Rows; row++)
            if (!(numbers[row] >= 0 && double.IsFinite(numbers[row])))
                throw table.Error("the cell is no weight", "a weight is a number that is 0 or above: correct it, or remove the row", row, name);
        var rows = Enumerable.Range(0, table.Rows).Where(row => numbers[row] > 0).ToArray();
        if (rows.Length == 0)
            throw new DataException("all weights are 0", "name another column, or leave it out", table.File, column: name);
        notes.Add(new DataNote(
            $"column {CellNumber.Quoted(name)} says how much each row counts, and is no input" + (rows.Length == table.Rows ? "" : string.Create(
                CultureInfo.InvariantCulture, $"; {table.Rows - rows.Length} of {table.Rows} rows have weight 0 and are left out"))));
        return rows.Length == table.Rows ? table : table.Of(rows);
    }

    /// <summary>The mean weight of the training rows; 1 where no column says weights.</summary>
    /// <param name="table">As <see cref="Present"/> made it.</param>
    /// <param name="settings">Names the column, or none.</param>
    /// <param name="training">The training rows.</param>
    public static double Mean(RawTable table, DataSettings settings, int[] training)
    {
        if (settings.Weight is not { } name)
            return 1;
        var numbers = Find(table, name).Numbers;
        var sum = 0.0;
        foreach (var row in training)
            sum += numbers[row];
        return sum / training.Length;
    }

    /// <summary>The samples with the weights of their rows.</summary>
    /// <param name="samples">The samples of <paramref name="rows"/>.</param>
    /// <param name="table">As <see cref="Present"/> made it.</param>
    /// <param name="settings">Names the column, or none.</param>
    /// <param name="rows">The rows of the table.</param>
    /// <param name="mean">Of the training rows.</param>
    /// <exception cref="DataException">A weight is too far from the mean.</exception>
    public static EncodedSamples Weigh(EncodedSamples samples, RawTable table, DataSettings settings, int[] rows, double mean)
    {
        if (settings.Weight is not { } name)
            return samples;
        var numbers = Find(table, name).Numbers;
        return samples.Weighted(Array.ConvertAll(rows, row => (float)(numbers[row] / mean) is var weight and > 0 && float.IsFinite(weight)
            ? weight
            : throw table.Error("the weight is too far from the others to be counted", "correct it, or remove the row", row, name)));
    }

    private static RawColumn Find(RawTable table, string name) => table.Find(name)
        ?? throw new DataException("the file lacks the column of weights", "its columns are " + RawTable.List(table.Names), table.File, 1, name);
}
