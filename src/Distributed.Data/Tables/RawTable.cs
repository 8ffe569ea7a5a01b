namespace Distributed.Data.Tables;

/// <summary>A table as read, column by column.</summary>
/// <param name="File">Where it came from.</param>
/// <param name="Columns">The requested columns, in the header's order.</param>
/// <param name="Names">All names of the header.</param>
/// <param name="Lines">The line of each row, from 1; the header is line 1.</param>
internal sealed record RawTable(string File, IReadOnlyList<RawColumn> Columns, IReadOnlyList<string> Names, IReadOnlyList<int> Lines)
{
    private readonly Dictionary<string, RawColumn> _byName = Columns.Where(column => column.Name.Length > 0)
        .DistinctBy(column => column.Name, StringComparer.Ordinal).ToDictionary(column => column.Name, StringComparer.Ordinal);

    /// <summary>The number of rows.</summary>
    public int Rows => Lines.Count;

    /// <summary>The column of a name, or null. A column without a name is not found.</summary>
    public RawColumn? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The table of some rows alone.</summary>
    public RawTable Of(IReadOnlyList<int> rows) =>
        new(File, [.. Columns.Select(column => column.Of(rows))], Names, [.. rows.Select(row => Lines[row])]);

    /// <summary>An error at a cell.</summary>
    public DataException Error(string problem, string? advice, int row, string column) => new(problem, advice, File, Lines[row], column);

    /// <summary>The header's names for a message.</summary>
    public static string List(IEnumerable<string> names)
    {
        var all = names.Select(CellNumber.Quoted).ToList();
        return all.Count <= 20 ? string.Join(", ", all) : string.Join(", ", all.Take(20)) + $" and {all.Count - 20} more";
    }
}
