using Distributed.Data.BuiltIn;
using Distributed.Data.Encodings;
using Distributed.Data.Fitting;
using Distributed.Data.Surveys;
using Distributed.Data.Tables;

namespace Distributed.Data.Sets;

/// <summary>Reads tables by rules of version 3 and later: a survey of all cells decides how each column is read.</summary>
internal static class SurveyedTables
{
    /// <summary>Reads a table to learn from.</summary>
    /// <param name="settings">Which, and how.</param>
    /// <param name="choice">Its columns.</param>
    /// <param name="header">How the first line names them.</param>
    /// <param name="notes">Receives remarks for the user.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static RawTable ToLearn(DataSettings settings, ColumnChoice choice, IHeaderRules header, ICollection<string> notes)
    {
        if (BuiltInData.Table(settings.Source, choice.Select) is { } builtIn)
            return choice.Complete(builtIn);
        var format = settings.Format ?? new TableFormat();
        var marks = new MissingMarks(format.Missing);
        var reader = new FoundTables(settings.Source, format);
        var plan = new CsvPlan(settings.Source, header, choice.Select) { NewColumn = name => new RawColumn(name, new SurveyReading(marks)) };
        var table = choice.Complete(reader.Read(plan));
        foreach (var note in reader.Notes)
            notes.Add(note);
        return Settle(table, TableSurvey.Decide(table.Columns, format, choice.Target, settings.Text, notes), reader, plan);
    }

    /// <summary>Reads a whole table, each column as it holds, for a description.</summary>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static RawTable Survey(string file)
    {
        var reader = new FoundTables(file, new TableFormat());
        var plan = new CsvPlan(file, DataRules.Newest.Header, names => [.. names.Select(_ => true)])
        {
            NewColumn = name => new RawColumn(name, new SurveyReading(MissingMarks.Usual)),
        };
        var table = RepeatedColumns.Merge(reader.Read(plan));
        return Settle(table, TableSurvey.Decide(table.Columns, new TableFormat(), table.Names[^1], [], []), reader, plan);
    }

    /// <summary>Reads a table as an encoding says.</summary>
    /// <param name="source">The table.</param>
    /// <param name="encoding">The encoding.</param>
    /// <param name="withTarget">Whether the target is read too.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static RawTable ToEncode(string source, FeatureEncoding encoding, bool withTarget)
    {
        var marks = new MissingMarks(encoding.Format?.Missing);
        var readings = encoding.TableColumns.ToDictionary(column => column.Name, column => column.ReadingWith(marks), StringComparer.Ordinal);
        if (withTarget)
            readings[encoding.Target.Name] = new ColumnReading(
                encoding.Task == TaskKind.Regress ? ColumnUse.Number : ColumnUse.Category, encoding.Target.Notation ?? NumberNotation.Point, DateOrder.YearFirst, marks);
        IReadOnlyList<bool> Select(IReadOnlyList<string> names) => [.. names.Select(readings.ContainsKey)];
        if (BuiltInData.Table(source, Select) is { } builtIn)
            return builtIn;
        var reader = new FoundTables(source, encoding.Format ?? new TableFormat());
        return RepeatedColumns.Merge(reader.Read(new CsvPlan(source, DataRules.Of(encoding.Rules).Header, Select)
        {
            NewColumn = name => new RawColumn(name, readings[name]),
            AdviceWithoutRows = "rows are needed",
        }));
    }

    /// <summary>Reads the columns as they decided: from what is in memory, or, where texts were not kept, from the file again.</summary>
    private static RawTable Settle(RawTable table, IReadOnlyList<ColumnReading> readings, FoundTables reader, CsvPlan plan)
    {
        var lost = new Dictionary<string, ColumnReading>(StringComparer.Ordinal);
        foreach (var (column, reading) in table.Columns.Zip(readings))
            if (column.HasMoreTexts && reading is not { Use: ColumnUse.Number, Notation: NumberNotation.Point })
                lost.Add(column.Name, reading);
        var again = lost.Count == 0 ? null : reader.Read(plan with
        {
            Select = names => [.. names.Select(lost.ContainsKey)],
            NewColumn = name => new RawColumn(name, lost[name]),
        });
        return new RawTable(
            table.File, [.. table.Columns.Zip(readings, (column, reading) => again?.Find(column.Name) ?? Under(column, reading))], table.Names, table.Lines);
    }

    /// <summary>A survey reads numbers with a decimal point, so such columns stay as they are.</summary>
    private static RawColumn Under(RawColumn column, ColumnReading reading) =>
        reading is { Use: ColumnUse.Number, Notation: NumberNotation.Point } ? column.Under(reading) : column.ReadAs(reading);
}
