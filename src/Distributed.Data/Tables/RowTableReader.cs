using Distributed.Data.Formats;

namespace Distributed.Data.Tables;

/// <summary>Reads a table that comes as rows of named cells or column by column, under the same rules and bounds as CSV text.</summary>
internal static class RowTableReader
{
    /// <summary>Reads rows.</summary>
    /// <exception cref="DataException">It cannot be read as a table.</exception>
    public static RawTable Read(IRowSource source, CsvPlan plan)
    {
        var (names, columns) = NewColumns(source.Columns, plan);
        var lines = new List<int>();
        foreach (var (line, cells) in source.Rows)
        {
            if (lines.Count == DataLimits.Rows)
                throw TooManyRows(plan.File);
            for (var i = 0; i < columns.Length; i++)
                Add(columns[i], cells[i], plan.File, line);
            lines.Add(line);
        }

        return Table(names, columns, lines, plan);
    }

    /// <summary>Reads columns; the lines are the rows' numbers, from 1.</summary>
    /// <exception cref="DataException">It cannot be read as a table.</exception>
    public static RawTable Read(IColumnSource source, CsvPlan plan)
    {
        var (names, columns) = NewColumns(source.Columns, plan);
        var rows = 0;
        foreach (var part in source.Parts)
        {
            if (part.Rows > DataLimits.Rows - rows)
                throw TooManyRows(plan.File);
            for (var i = 0; i < columns.Length; i++)
            {
                if (columns[i] is not { } column)
                    continue;
                var line = rows;
                foreach (var cell in part.Cells(i))
                    Add(column, cell, plan.File, ++line);
            }

            rows += part.Rows;
        }

        return Table(names, columns, [.. Enumerable.Range(1, rows)], plan);
    }

    private static (string[] Names, RawColumn?[] Columns) NewColumns(IReadOnlyList<SourceColumn> source, CsvPlan plan)
    {
        string[] names = [.. source.Select(column => column.Name.Trim())];
        CsvHeader.Check(names, plan.File, plan.Header);
        var selected = plan.Select(names);
        return (names, [.. names.Select((name, i) => !selected[i] ? null : source[i].HoldsNumbers ? plan.NewColumn(name).OfNumbers() : plan.NewColumn(name))]);
    }

    private static void Add(RawColumn? column, string cell, string file, int line)
    {
        if (column is null)
            return;
        if (cell.Length > DataLimits.CellLength)
            throw new DataException($"a cell is longer than {DataLimits.CellLength} characters", "leave out its column", file, line, column.Name);
        column.Add(cell.Trim());
    }

    private static RawTable Table(string[] names, RawColumn?[] columns, List<int> lines, CsvPlan plan) => lines.Count > 0
        ? new RawTable(plan.File, [.. columns.OfType<RawColumn>()], names, lines)
        : throw new DataException("the file holds no rows", plan.AdviceWithoutRows, plan.File);

    private static DataException TooManyRows(string file) => new($"the table is too large (at most {DataLimits.Rows} rows)", "take a sample of it", file);
}
