using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>Columns of one name, which are one column where their cells are equal.</summary>
internal static class RepeatedColumns
{
    /// <summary>Whether a column repeats another one.</summary>
    /// <exception cref="DataException">One of the same name has other cells.</exception>
    public static bool IsRepeated(RawColumn column, IEnumerable<RawColumn> others, string file)
    {
        if (column.Name.Length == 0 || others.FirstOrDefault(other => other.Name == column.Name) is not { } same)
            return false;
        return same.HasCellsOf(column)
            ? true
            : throw new DataException(
                "two columns of the header have the same name and different cells", "give each column a name of its own", file, 1, column.Name);
    }

    /// <summary>A table with one column of each name.</summary>
    /// <exception cref="DataException">Two of the same name differ.</exception>
    public static RawTable Merge(RawTable table)
    {
        var kept = new List<RawColumn>();
        foreach (var column in table.Columns)
            if (!IsRepeated(column, kept, table.File))
                kept.Add(column);
        return kept.Count == table.Columns.Count ? table : new RawTable(table.File, kept, table.Names, table.Lines);
    }
}
