namespace Distributed.Data.Tables;

/// <summary>Reads a table that comes as rows of named cells, under the same rules and bounds as CSV text.</summary>
internal static class RowTableReader
{
    /// <summary>Reads a table; its lines are the rows' numbers, from 1.</summary>
    /// <exception cref="DataException">It cannot be read as a table.</exception>
    public static RawTable Read(IRowSource source, CsvPlan plan)
    {
        string[] names = [.. source.Names.Select(name => name.Trim())];
        CsvHeader.Check(names, plan.File, plan.Header);
        var selected = plan.Select(names);
        var columns = names.Select((name, i) => selected[i] ? plan.NewColumn(name) : null).ToArray();
        var lines = new List<int>();
        foreach (var row in source.Rows)
        {
            if (lines.Count == DataLimits.Rows)
                throw new DataException($"the table is too large (at most {DataLimits.Rows} rows)", "take a sample of it", plan.File, lines.Count + 1);
            for (var i = 0; i < columns.Length; i++)
            {
                if (row[i].Length > DataLimits.CellLength)
                    throw new DataException($"a cell is longer than {DataLimits.CellLength} characters", "leave out its column", plan.File, lines.Count + 1, names[i]);
                columns[i]?.Add(row[i].Trim());
            }

            lines.Add(lines.Count + 1);
        }

        return lines.Count > 0
            ? new RawTable(plan.File, [.. columns.OfType<RawColumn>()], names, lines)
            : throw new DataException("the file holds no rows", plan.AdviceWithoutRows, plan.File);
    }
}
