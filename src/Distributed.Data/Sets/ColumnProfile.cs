using System.Globalization;
using Distributed.Data.Encodings;
using Distributed.Data.Fitting;
using Distributed.Data.Tables;

namespace Distributed.Data.Sets;

/// <summary>What a column of a table is taken for, to learn from it.</summary>
public enum ColumnRole
{
    /// <summary>A number.</summary>
    Number = 0,

    /// <summary>One of two values.</summary>
    Flag = 1,

    /// <summary>A text out of a list.</summary>
    Category = 2,

    /// <summary>A date, with or without a time of day.</summary>
    Date = 3,

    /// <summary>A different value in each row that means nothing: left out.</summary>
    Identifier = 4,

    /// <summary>The rows' numbers: left out.</summary>
    Index = 5,

    /// <summary>The same in all rows: left out.</summary>
    Constant = 6,

    /// <summary>Nothing: left out.</summary>
    Empty = 7,
}

/// <summary>What is in one column of a table.</summary>
/// <param name="Name">As in the header.</param>
/// <param name="IsNumeric">Whether it is a column of numbers.</param>
/// <param name="Missing">Missing cells.</param>
/// <param name="Distinct">Different texts, counted up to a bound.</param>
/// <param name="HasMore">Whether there are more.</param>
/// <param name="Minimum">Of numbers; null otherwise.</param>
/// <param name="Maximum">Of numbers; null otherwise.</param>
/// <param name="Mean">Of numbers; null otherwise.</param>
public sealed record ColumnProfile(string Name, bool IsNumeric, long Missing, int Distinct, bool HasMore, double? Minimum, double? Maximum, double? Mean)
{
    /// <summary>What it is taken for.</summary>
    public ColumnRole Role { get; init; }

    /// <summary>Why, and the setting that takes it for something else.</summary>
    public DataNote Why { get; init; } = new("");

    internal static ColumnProfile Of(RawTable table, RawColumn column, IReadOnlyList<DataNote> notes, TableFormat format)
    {
        var marks = new MissingMarks(format.Missing);
        var isNamed = format.Columns?.ContainsKey(column.Name) == true;
        var (count, sum, least, most) = (0L, 0.0, double.PositiveInfinity, double.NegativeInfinity);
        foreach (var number in column.Numbers)
        {
            if (double.IsNaN(number)) continue;
            (count, sum, least, most) = (count + 1, sum + number, Math.Min(least, number), Math.Max(most, number));
        }
        var use = ((ColumnReading)column.Reading).Use;
        var numeric = count > 0 && use == ColumnUse.Number;
        var missing = use != ColumnUse.Category
            ? column.Numbers.Count - count
            : column.TextIndices.LongCount(text => text >= 0 && marks.InTexts(column.Texts[text]));
        var (role, why) = RoleOf(table, column, use, missing, notes.Count > 0 ? notes[0] : null, isNamed);
        return new ColumnProfile(
            column.Name, numeric, missing, column.Texts.Count, column.HasMoreTexts,
            numeric ? least : null, numeric ? most : null, numeric ? sum / count : null)
        {
            Role = role,
            Why = why,
        };
    }

    private static (ColumnRole Role, DataNote Why) RoleOf(RawTable table, RawColumn column, ColumnUse use, long missing, DataNote? said, bool isNamed)
    {
        if (missing == table.Rows)
            return (ColumnRole.Empty, new DataNote("no row has a value"));
        if (!isNamed && DataRules.Newest.Header.WhyLeftOut(column, table.Names.ToList().IndexOf(column.Name), table.File) is { } leftOut)
            return (leftOut.Otherwise is null ? ColumnRole.Index : ColumnRole.Identifier, leftOut);
        var different = use == ColumnUse.Category
            ? column.Texts.Where((_, text) => column.KindOf(text) != CellKind.MissingWord).Count()
            : column.Numbers.Where(number => !double.IsNaN(number)).Distinct().Take(RawColumn.MostTexts).Count();
        if (different == 1 && missing == 0)
            return (ColumnRole.Constant, new DataNote("all rows have the same value"));
        if (different == 2 && use != ColumnUse.Date)
            return (ColumnRole.Flag, said ?? new DataNote("there are two values"));
        return use switch
        {
            ColumnUse.Number => (ColumnRole.Number, said ?? Otherwise(column, "each value is a number", "category", "takes the numbers as names")),
            ColumnUse.Date => (ColumnRole.Date, said ?? Otherwise(column, "each value is a date", "category", "takes the dates as names")),
            _ => Texts(column, table.Rows, different, said, isNamed),
        };
    }

    private static (ColumnRole Role, DataNote Why) Texts(RawColumn column, int rows, int different, DataNote? said, bool isNamed)
    {
        if (CategoryFit.Of(column, [.. Enumerable.Range(0, rows)], isNamed).Categories.Count == 0)
            return (ColumnRole.Identifier, Otherwise(column, "almost each row has a different text", "category", "keeps it"));
        var texts = string.Create(CultureInfo.InvariantCulture, $"there are {(column.HasMoreTexts ? "more than " : "")}{different} texts");
        return (ColumnRole.Category, said ?? new DataNote(texts));
    }

    private static DataNote Otherwise(RawColumn column, string why, string use, string effect) => new(why, SettingHint.Column(column.Name, use, effect));
}
