using System.Globalization;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>Version 3: which rows have a target.</summary>
internal static class TargetRows
{
    /// <summary>Words that are a class of their own where so large a share of the rows has them.</summary>
    private const double ShareOfClass = 0.05;

    private static readonly string[] MaybeClasses = ["NA", "None", "null", "NULL", "Null", "-"];

    /// <summary>The table without the rows that lack a target.</summary>
    /// <param name="table">The table.</param>
    /// <param name="target">Its target.</param>
    /// <param name="marks">What is missing.</param>
    /// <param name="classes">The classes that a model knows; null to find them out.</param>
    /// <param name="notes">Receives remarks for the user.</param>
    /// <exception cref="DataException">No row has a target.</exception>
    public static RawTable Present(RawTable table, RawColumn target, MissingMarks marks, IReadOnlyList<string>? classes, ICollection<DataNote> notes)
    {
        if (target.Reading is not ColumnReading reading)
            return table;
        var missing = reading.Use == ColumnUse.Number ? null : classes is null ? MissingTexts(target, table.Rows, marks, notes) : [.. target.Texts.Select(text => marks.InTexts(text) && !classes.Contains(text))];
        var rows = new List<int>();
        for (var row = 0; row < table.Rows; row++)
            if (missing is null ? !double.IsNaN(target.Numbers[row]) : target.TextIndices[row] < 0 || !missing[target.TextIndices[row]])
                rows.Add(row);
        if (rows.Count == table.Rows)
            return table;
        if (rows.Count == 0)
            throw new DataException("the target is missing in all rows", "choose another target column", table.File, column: target.Name);
        var left = table.Rows - rows.Count;
        notes.Add(new DataNote(string.Create(
            CultureInfo.InvariantCulture,
            $"{left} of {table.Rows} rows lack the target {CellNumber.Quoted(target.Name)} and {(left == 1 ? "is" : "are")} left out")));
        return table.Of(rows);
    }

    private static bool[] MissingTexts(RawColumn target, int rows, MissingMarks marks, ICollection<DataNote> notes)
    {
        var counts = target.CountTexts();
        var missing = new bool[counts.Length];
        for (var text = 0; text < missing.Length; text++)
        {
            var word = target.Texts[text];
            missing[text] = marks.InTexts(word);
            if (!missing[text] || marks.AreNamed(word) || !MaybeClasses.Contains(word) || counts[text] < rows * ShareOfClass)
                continue;
            missing[text] = false;
            notes.Add(new DataNote(
                string.Create(CultureInfo.InvariantCulture, $"{CellNumber.Quoted(word)} is a class of the target, because {counts[text]} of {rows} rows have it"),
                new SettingHint("missing", word, "leaves them out")));
        }

        return missing;
    }
}
