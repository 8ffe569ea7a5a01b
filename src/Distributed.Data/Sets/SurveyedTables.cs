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
    /// <param name="settings">How.</param>
    /// <param name="source">The table; null: the built-in one that the settings name.</param>
    /// <param name="choice">Its columns.</param>
    /// <param name="header">How the first line names them.</param>
    /// <param name="notes">Receives remarks for the user.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static RawTable ToLearn(DataSettings settings, ITableSource? source, ColumnChoice choice, IHeaderRules header, ICollection<DataNote> notes)
    {
        if (source is null && BuiltInData.Table(settings.Source, choice.Select) is { } builtIn)
            return AsGiven(choice.Complete(builtIn), settings);
        var format = WithWeight(settings);
        var marks = new MissingMarks(format.Missing);
        var reader = source ?? new FoundTables(settings.Source, format);
        var plan = new CsvPlan(reader.Name, header, choice.Select)
        {
            IsSurvey = true,
            NewColumn = name => new RawColumn(name, new SurveyReading(marks)),
        };
        var table = choice.Complete(reader.Read(plan));
        foreach (var note in reader.Notes)
            notes.Add(note);
        var columns = TableSurvey.Decide(table.Columns, format, choice.Target, settings.Text);
        foreach (var note in columns.SelectMany(column => column.Notes))
            notes.Add(note);
        return Settle(table, columns, reader, plan);
    }

    /// <summary>How the table is written: weights are numbers, unless the settings say otherwise.</summary>
    private static TableFormat WithWeight(DataSettings settings)
    {
        var format = settings.Format ?? new TableFormat();
        if (settings.Weight is not { } weight || format.Columns?.ContainsKey(weight) == true)
            return format;
        return format with { Columns = new Dictionary<string, ColumnUse>(format.Columns ?? new Dictionary<string, ColumnUse>()) { [weight] = ColumnUse.Number } };
    }

    /// <summary>A built-in table, with the columns that the settings take for something else.</summary>
    private static RawTable AsGiven(RawTable table, DataSettings settings)
    {
        var marks = new MissingMarks(settings.Format?.Missing);
        return table with
        {
            Columns = [.. table.Columns.Select(column => UseOf(column.Name, settings) is { } use
                ? column.ReadAs(new ColumnReading(use, NumberNotation.Point, DateOrder.YearFirst, marks))
                : column)],
        };
    }

    private static ColumnUse? UseOf(string name, DataSettings settings) => settings.Text.Contains(name) ? ColumnUse.Category
        : settings.Format?.Columns is { } uses && uses.TryGetValue(name, out var use) ? use
        : null;

    /// <summary>Reads a whole table, and describes each column as it holds.</summary>
    /// <param name="reader">The table.</param>
    /// <param name="format">What is said about it.</param>
    /// <returns>The table as surveyed, and its description.</returns>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static (RawTable Surveyed, DataProfile Profile) Survey(ITableSource reader, TableFormat format)
    {
        var marks = new MissingMarks(format.Missing);
        var plan = new CsvPlan(reader.Name, DataRules.Newest.Header, names => [.. names.Select(_ => true)])
        {
            IsSurvey = true,
            NewColumn = name => new RawColumn(name, new SurveyReading(marks)),
        };
        var surveyed = reader.Read(plan);
        var table = RepeatedColumns.Merge(surveyed);
        var columns = TableSurvey.Decide(table.Columns, format, table.Names[^1], []);
        var settled = Settle(table, columns, reader, plan);
        return (surveyed, DataProfile.Of(settled, [.. columns.Select(column => column.Notes)], format, reader.Notes));
    }

    /// <summary>Reads a table as an encoding says.</summary>
    /// <param name="name">Names a file or a built-in table.</param>
    /// <param name="source">The table; null: what is named.</param>
    /// <param name="encoding">The encoding.</param>
    /// <param name="withTarget">Whether the target is read too.</param>
    /// <param name="weight">The column of weights, which is read as that of the table to learn from; null for none.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static RawTable ToEncode(string name, ITableSource? source, FeatureEncoding encoding, bool withTarget, (string Name, ICellReading Reading)? weight = null)
    {
        var marks = new MissingMarks(encoding.Format?.Missing);
        var readings = encoding.TableColumns.ToDictionary(column => column.Name, column => column.ReadingWith(marks, encoding.Format?.Decimal), StringComparer.Ordinal);
        if (withTarget)
            readings[encoding.Target.Name] = new ColumnReading(
                encoding.Task == TaskKind.Regress ? ColumnUse.Number : ColumnUse.Category, encoding.Format?.Decimal ?? encoding.Target.Notation ?? NumberNotation.Point, DateOrder.YearFirst, marks);
        IReadOnlyList<bool> Select(IReadOnlyList<string> names) => [.. names.Select(name => readings.ContainsKey(name) || name == weight?.Name)];
        if (source is null && BuiltInData.Table(name, Select) is { } builtIn)
            return builtIn;
        source ??= new FoundTables(name, encoding.Format ?? new TableFormat());
        return RepeatedColumns.Merge(source.Read(new CsvPlan(source.Name, DataRules.Of(encoding.Rules).Header, Select)
        {
            NewColumn = column => new RawColumn(column, column == weight?.Name ? weight.Value.Reading : readings[column]),
            AdviceWithoutRows = "rows are needed",
        }));
    }

    /// <summary>Reads the columns as they decided: from what is in memory, or, where texts were not kept, from the file again.</summary>
    private static RawTable Settle(RawTable table, IReadOnlyList<SurveyedColumn> columns, ITableSource reader, CsvPlan plan)
    {
        var readings = columns.Select(column => column.Reading).ToArray();
        var lost = new Dictionary<string, ColumnReading>(StringComparer.Ordinal);
        foreach (var (column, reading) in table.Columns.Zip(readings))
            if (column.HasMoreTexts && reading is not { Use: ColumnUse.Number, Notation: NumberNotation.Point })
                lost.Add(column.Name, reading);
        var again = lost.Count == 0 ? null : reader.Read(plan with
        {
            IsSurvey = false,
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
