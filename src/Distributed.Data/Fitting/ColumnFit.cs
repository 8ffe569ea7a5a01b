using Distributed.Data.Encodings;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>Decides how each feature column becomes inputs, and what to say about those that are left out.</summary>
internal sealed class ColumnFit(RawTable table, int[] training, IReadOnlyList<string> asText)
{
    private readonly List<ColumnEncoding> _columns = [];
    private readonly List<DataNote> _notes = [];
    private readonly List<RawColumn> _tooManyTexts = [];

    /// <summary>Remarks for the user.</summary>
    public IReadOnlyList<DataNote> Notes => _notes;

    /// <summary>Fits the columns.</summary>
    /// <param name="target">The target column, which is no feature.</param>
    /// <returns>The encodings in the order of the table.</returns>
    /// <exception cref="DataException">A cell cannot be used, or nothing is left to learn from.</exception>
    public IReadOnlyList<ColumnEncoding> Fit(RawColumn target)
    {
        foreach (var column in table.Columns.Where(column => column != target))
        {
            if (column.LooksNumeric && !asText.Contains(column.Name))
                FitNumbers(column);
            else
                FitTexts(column);
        }

        if (_tooManyTexts.Count > 0)
            throw TooManyTexts();
        if (_columns.Count == 0)
            throw new DataException(
                "no column is left to learn from", "a table needs at least one column that varies, beside the target", table.File);
        if (_columns.Sum(column => (long)column.Inputs) > DataLimits.Inputs)
            throw new DataException($"the columns make more than {DataLimits.Inputs} inputs", "ignore some columns", table.File);
        return _columns;
    }

    private void FitNumbers(RawColumn column)
    {
        if (column.FirstNotNumber is { } bad)
            throw table.Error(
                CellNumber.Problem(bad.Cell),
                "most cells of the column are numbers, so each must be: correct it, remove the row, or ignore the column", bad.Row, column.Name);
        if (ColumnStatistics.Of(column.Numbers, training) is not { } statistics)
        {
            LeaveOut(column, "is the same in all rows to learn from");
            return;
        }

        _columns.Add(new ColumnEncoding
        {
            Name = column.Name,
            Kind = ColumnKind.Number,
            Mean = statistics.Mean,
            Scale = statistics.Scale,
        });
        if (LooksLikeIdentifier(column))
            _notes.Add(new DataNote($"column {CellNumber.Quoted(column.Name)} looks like an identifier; if it is one, ignore it"));
    }

    private void FitTexts(RawColumn column)
    {
        if (column.FirstEmpty is { } empty)
            throw table.Error(
                "the cell is empty", "write a category (also unknown is one), remove the row, or ignore the column", empty, column.Name);
        if (column.HasMoreTexts || column.Texts.Count > DataLimits.Categories || (column.Texts.Count == table.Rows && table.Rows > 10))
        {
            _tooManyTexts.Add(column);
            return;
        }

        var seen = new HashSet<int>();
        foreach (var row in training)
            seen.Add(column.TextIndices[row]);
        if (seen.Count < 2)
        {
            LeaveOut(column, "is the same in all rows to learn from");
            return;
        }

        _columns.Add(new ColumnEncoding
        {
            Name = column.Name,
            Kind = ColumnKind.Text,
            Categories = [.. column.Texts.Order(StringComparer.Ordinal)],
        });
    }

    private void LeaveOut(RawColumn column, string why) =>
        _notes.Add(new DataNote($"column {CellNumber.Quoted(column.Name)} {why} and is left out"));

    private DataException TooManyTexts()
    {
        var first = _tooManyTexts[0];
        var different = first.HasMoreTexts ? $"more than {RawColumn.MostTexts}" : $"{first.Texts.Count}";
        var problem = first.Texts.Count == table.Rows
            ? "the text is different in each row, like an identifier"
            : $"the column holds {different} different texts, and {DataLimits.Categories} are the most that are read as categories";
        return new DataException(
            problem, "ignore " + RawTable.List(_tooManyTexts.Select(column => column.Name)), table.File, column: first.Name);
    }

    /// <summary>Whole numbers, each once, in a column whose name ends in "id" or is "index" or "row".</summary>
    private static bool LooksLikeIdentifier(RawColumn column)
    {
        var name = column.Name.Trim('_', '#', ' ');
        var named = name.EndsWith("id", StringComparison.OrdinalIgnoreCase)
            || name.Equals("index", StringComparison.OrdinalIgnoreCase) || name.Equals("row", StringComparison.OrdinalIgnoreCase);
        return named && column.Numbers.Distinct().Count() == column.Numbers.Count
            && column.Numbers.All(number => Math.Floor(number) == number);
    }
}
