using System.Globalization;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>What a fit tells about columns: one sentence for all columns of which the same is to be said.</summary>
internal sealed class FitNotes
{
    private const int MostNames = 5;

    private readonly List<DataNote> _leftOut = [];

    /// <summary>Columns with missing numbers, and in how many rows.</summary>
    public List<(string Name, int Rows)> MissingNumbers { get; } = [];

    /// <summary>Columns with missing texts, and in how many rows.</summary>
    public List<(string Name, int Rows)> MissingTexts { get; } = [];

    /// <summary>Columns with texts that are no category of their own, and in how many rows.</summary>
    public List<(string Name, int Rows)> RareTexts { get; } = [];

    /// <summary>Columns of dates.</summary>
    public List<string> Dates { get; } = [];

    /// <summary>Columns that are learned as logarithms.</summary>
    public List<string> Logarithms { get; } = [];

    /// <summary>What to add where nothing is left to learn from.</summary>
    public string WhyNone => _leftOut.Count == 0 ? "" : ": " + string.Join("; ", _leftOut.Take(MostNames).Select(note => note.Text));

    /// <summary>Notes that a column is left out.</summary>
    public void LeaveOut(string name, string why, SettingHint? otherwise = null) =>
        _leftOut.Add(new DataNote($"column {CellNumber.Quoted(name)} {why} and is left out", otherwise));

    /// <summary>The sentences.</summary>
    /// <param name="rows">Rows to learn from.</param>
    public IReadOnlyList<DataNote> All(int rows)
    {
        var notes = new List<string>();
        var of = rows.ToString(CultureInfo.InvariantCulture);
        if (MissingNumbers.Count > 0)
            notes.Add($"missing numbers are read as the median of the rows to learn from, and an input says where: {List(MissingNumbers, of)}");
        if (MissingTexts.Count > 0)
            notes.Add($"missing texts are a category: {List(MissingTexts, of)}");
        if (RareTexts.Count > 0)
            notes.Add($"rare texts share an input with those that come later: {List(RareTexts, of)}");
        if (Dates.Count > 0)
            notes.Add($"dates become the elapsed time, year, month, weekday and time of day: {RawTable.List(Dates)}");
        if (Logarithms.Count > 0)
            notes.Add($"numbers with a long tail are learned as their logarithms: {RawTable.List(Logarithms)}");
        return [.. _leftOut, .. notes.Select(note => new DataNote(note))];
    }

    private static string List(List<(string Name, int Rows)> columns, string of) =>
        string.Join(", ", columns.Take(MostNames).Select(column => string.Create(
            CultureInfo.InvariantCulture, $"{CellNumber.Quoted(column.Name)} ({column.Rows} of {of} rows)")))
        + (columns.Count > MostNames ? string.Create(CultureInfo.InvariantCulture, $" and {columns.Count - MostNames} more columns") : "");
}
