using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>Encodes a single cell: the form for rows that come one by one, with the same bits as <c>TableRows</c>.</summary>
internal static class RowCell
{
    /// <summary>Writes a cell's inputs.</summary>
    /// <param name="column">How the column is read.</param>
    /// <param name="cell">The text without surrounding blanks.</param>
    /// <param name="marks">What is missing, where the column tolerates it.</param>
    /// <param name="isStrict">Whether a column refuses what it tolerates otherwise.</param>
    /// <param name="inputs">[column.Inputs].</param>
    /// <exception cref="DataException">The cell does not fit the column.</exception>
    public static void Encode(ColumnEncoding column, string cell, MissingMarks marks, bool isStrict, Span<float> inputs)
    {
        if (column.IsTolerant)
        {
            EncodeAny(column, cell, marks, isStrict, inputs);
            return;
        }

        if (column.Kind == ColumnKind.Text)
        {
            var category = -1;
            for (var c = 0; c < column.Categories.Count && category < 0; c++)
                category = column.Categories[c] == cell ? c : -1;
            if (category < 0)
                throw new DataException(
                    cell.Length == 0 ? "the cell is empty" : $"{CellNumber.Quoted(cell)} was not among the learned categories",
                    "they are " + RawTable.List(column.Categories), column: column.Name);
            inputs.Clear();
            inputs[category] = 1;
            return;
        }

        if (CellNumber.Read(cell, out var number) != CellKind.Number)
            throw new DataException(CellNumber.Problem(cell), "the column was learned as numbers", column: column.Name);
        if (column.Standardise(number, out inputs[0]) is { } problem)
            throw new DataException(problem, "correct it, or train with such rows", column: column.Name);
    }

    private static void EncodeAny(ColumnEncoding column, string cell, MissingMarks marks, bool isStrict, Span<float> inputs)
    {
        var reading = column.ReadingWith(marks, null);
        var kind = reading.Read(cell, out var number);
        if (isStrict && StrictCells.Problem(column, cell, kind) is { } problem)
            throw new DataException(problem, StrictCells.Advice(column), column: column.Name);
        if (column.Others is not { } others)
        {
            column.Encode(number, inputs);
            return;
        }

        var text = kind == CellKind.MissingWord ? "" : cell;
        var category = -1;
        for (var c = 0; c < column.Categories.Count && category < 0; c++)
            category = column.Categories[c] == text ? c : -1;
        others.Encode(category, inputs);
    }
}
