using System.Globalization;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>Which rows are held back for validation, where a column decides it: rows of one group stay together, or the latest rows are held back.</summary>
internal static class ColumnSplit
{
    /// <summary>Splits by the column that the settings name.</summary>
    /// <param name="table">The rows with targets.</param>
    /// <param name="settings">Names a group or an order.</param>
    /// <param name="fraction">The validation part, above 0.</param>
    /// <param name="notes">Receives remarks for the user.</param>
    /// <returns>The rows of both parts, ascending; null when no column decides.</returns>
    /// <exception cref="DataException">The column cannot decide it.</exception>
    public static (int[] Training, int[] Validation)? Of(RawTable table, DataSettings settings, double fraction, ICollection<DataNote> notes)
    {
        if (settings.Group is { } group)
        {
            var groups = GroupsOf(table, Find(table, group), out var count);
            if (count < 2)
                throw new DataException("all rows are of one group", "at least 2 are needed, one to learn from and one to validate with", table.File, column: group);
            notes.Add(new DataNote(string.Create(
                CultureInfo.InvariantCulture, $"column {CellNumber.Quoted(group)} keeps the rows of each of {count} groups on one side, and is no input")));
            return SampleSplit.Grouped(groups, count, fraction, settings.Seed);
        }

        if (settings.Order is not { } order)
            return null;
        var column = Find(table, order);
        var numbers = column.Numbers;
        for (var row = 0; row < table.Rows; row++)
            if (double.IsNaN(numbers[row]))
                throw table.Error("the cell is no number and no date, so the row has no place in the order", "correct it, or remove the row", row, order);
        notes.Add(new DataNote($"the latest rows by column {CellNumber.Quoted(order)} are held back for validation"));
        return SampleSplit.Latest(numbers, fraction);
    }

    /// <summary>The table without the columns that split or weigh its rows and are no inputs.</summary>
    public static RawTable WithoutSplitters(RawTable table, DataSettings settings)
    {
        bool IsInput(RawColumn column) => column.Name != settings.Group && column.Name != settings.Weight && (column.Name != settings.Order || !settings.Ignore.Contains(column.Name));
        return table.Columns.All(IsInput) ? table : new RawTable(table.File, [.. table.Columns.Where(IsInput)], table.Names, table.Lines);
    }

    /// <summary>What to say about classes of which one side has no row; null when there are none.</summary>
    /// <param name="classes">The classes' names.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="side">The rows of the side.</param>
    /// <param name="where">The side, in words.</param>
    public static DataNote? Missing(IReadOnlyList<string> classes, int[] labels, int[] side, string where)
    {
        var present = side.Select(row => labels[row]).ToHashSet();
        var missing = classes.Where((_, label) => !present.Contains(label)).ToArray();
        return missing.Length == 0 ? null : new DataNote($"no row of these classes is {where}: {RawTable.List(missing)}");
    }

    private static RawColumn Find(RawTable table, string name) => table.Find(name)
        ?? throw new DataException("there is no such column", "the columns are " + RawTable.List(table.Names), table.File, 1, name);

    /// <summary>A group's number for each row: equal numbers, or equal texts. Missing cells are a group too.</summary>
    private static int[] GroupsOf(RawTable table, RawColumn column, out int count)
    {
        var isNumber = column.Reading is ColumnReading reading ? reading.Use != ColumnUse.Category : column.LooksNumeric;
        var ofNumber = new Dictionary<double, int>(); // NaN equals itself here
        var ofText = new Dictionary<int, int>();
        var groups = new int[table.Rows];
        for (var row = 0; row < groups.Length; row++)
        {
            var text = column.TextIndices[row];
            if (isNumber)
                groups[row] = NumberOf(ofNumber, column.Numbers[row]);
            else if (text >= 0)
                groups[row] = NumberOf(ofText, text);
            else
                throw table.Error($"the column holds more than {column.Texts.Count} different texts", "name a column of fewer groups", row, column.Name);
        }

        count = isNumber ? ofNumber.Count : ofText.Count;
        return groups;
    }

    private static int NumberOf<TKey>(Dictionary<TKey, int> known, TKey key) where TKey : notnull
    {
        if (!known.TryGetValue(key, out var number)) known.Add(key, number = known.Count);
        return number;
    }
}
