using Distributed.Data.Encodings;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>
/// Which columns of a table are read: checks the names that the settings mention against the header, and leaves out what the rules of the
/// header do not count as data.
/// </summary>
internal sealed class ColumnChoice(DataSettings settings, IHeaderRules rules)
{
    private readonly List<DataNote> _notes = [];

    /// <summary>The target column, once the table was read.</summary>
    public string Target { get; private set; } = "";

    /// <summary>Remarks for the user about dropped columns.</summary>
    public IReadOnlyList<DataNote> Notes => _notes;

    /// <summary>Given the header's names: every column but the ignored ones.</summary>
    /// <exception cref="DataException">A name is not in the header, or the target is ignored.</exception>
    public IReadOnlyList<bool> Select(IReadOnlyList<string> names)
    {
        foreach (var name in settings.Ignore)
            Require(names, name, "column to ignore");
        foreach (var name in settings.Text)
            Require(names, name, "column to read as text");
        foreach (var name in settings.Format?.Columns?.Keys ?? [])
            Require(names, name, "column");
        if (settings.Target is { } target)
            Require(names, target, "target column");
        foreach (var name in SplitColumns)
            Require(names, name, "column to split by");
        if (settings.Weight is { } weight)
            Require(names, weight, "column of weights");
        if (settings.Target is { } both && SplitColumns.Contains(both))
            throw new DataException("the target column cannot split the rows too", "name another column", settings.Source, column: both);
        if (settings.Weight is { } weighed && (weighed == settings.Target || SplitColumns.Contains(weighed)))
            throw new DataException("the column of weights is the target or splits the rows too", "name another column", settings.Source, column: weighed);
        if (names.All(IsIgnored))
            throw new DataException("all columns are ignored", "a target and at least one more column are needed", settings.Source);
        if (settings.Target is { } ignored && IsIgnored(ignored))
            throw new DataException("the target column is ignored", "choose another target, or do not ignore it", settings.Source, column: ignored);
        return [.. names.Select(name => !IsIgnored(name))];
    }

    /// <summary>The choice for the separate validation file, whose header may differ in what is not used.</summary>
    public IReadOnlyList<bool> SelectAgain(IReadOnlyList<string> names) => [.. names.Select(name => name.Length > 0 && !IsIgnored(name))];

    /// <summary>Leaves out what is no data, unless the settings name it, and decides the target: the last column that is left.</summary>
    /// <param name="table">The table as selected.</param>
    /// <exception cref="DataException">A column needs a name.</exception>
    public RawTable Complete(RawTable table)
    {
        var positions = Enumerable.Range(0, table.Names.Count).Where(i => !IsIgnored(table.Names[i]));
        var kept = new List<RawColumn>();
        var different = new List<RawColumn>();
        foreach (var (column, position) in table.Columns.Zip(positions))
        {
            if (column.Name != settings.Weight && RepeatedColumns.IsRepeated(column, different, table.File))
            {
                _notes.Add(new DataNote($"column {CellNumber.Quoted(column.Name)} is there twice with the same cells, and one of them is left out"));
                continue;
            }

            different.Add(column);
            if (!IsNamed(column.Name) && rules.WhyLeftOut(column, position, table.File) is { } note)
                _notes.Add(note);
            else
                kept.Add(column);
        }

        Target = settings.Target ?? kept.LastOrDefault(column => !IsBeside(column.Name))?.Name
            ?? throw new DataException("no column is left to read", "a target and at least one more column with a name are needed", table.File);
        return new RawTable(table.File, kept, table.Names, table.Lines);
    }

    private string[] SplitColumns => [.. ((string?[])[settings.Group, settings.Order]).OfType<string>()];

    /// <summary>A column that splits or weighs the rows is read, and left out later.</summary>
    private bool IsBeside(string name) => name == settings.Weight || SplitColumns.Contains(name);

    private bool IsIgnored(string name) => !IsBeside(name) && (
        settings.Ignore.Contains(name) || (settings.Format?.Columns is { } uses && uses.TryGetValue(name, out var use) && use == ColumnUse.Ignore));

    private bool IsNamed(string name) =>
        settings.Target == name || IsBeside(name) || settings.Text.Contains(name) || settings.Format?.Columns?.ContainsKey(name) == true;

    private void Require(IReadOnlyList<string> names, string name, string what)
    {
        if (!names.Contains(name))
            throw new DataException($"there is no such {what}", "the columns are " + RawTable.List(names), settings.Source, 1, name);
    }
}
