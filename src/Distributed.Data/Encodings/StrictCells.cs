using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>What strict predictions refuse of a column that reads any cell otherwise.</summary>
internal static class StrictCells
{
    /// <summary>What is wrong with a cell; null when it is a category, a number or a date, or missing.</summary>
    /// <param name="column">The column.</param>
    /// <param name="cell">The text.</param>
    /// <param name="kind">What it was read as.</param>
    public static string? Problem(ColumnEncoding column, string cell, CellKind kind)
    {
        if (column.Kind != ColumnKind.Text)
            return kind == CellKind.Text ? $"{CellNumber.Quoted(cell)} is not a {(column.Kind == ColumnKind.Date ? "date" : "number")}" : null;
        if (column.Categories.Contains(kind == CellKind.MissingWord ? "" : cell))
            return null;
        return kind == CellKind.MissingWord ? "the cell is missing, and it was not in the rows to learn from" : $"{CellNumber.Quoted(cell)} was not among the learned categories";
    }

    /// <summary>The remedy.</summary>
    public static string Advice(ColumnEncoding column) =>
        "correct it; predictions that are not strict read it as " + (column.Kind == ColumnKind.Text ? "an unseen text" : "missing");
}
