namespace Distributed.Learning.Data;

/// <summary>Which columns of a table are read: checks the names that the settings mention against the header.</summary>
internal sealed class ColumnChoice(DataSettings settings, string file)
{
    /// <summary>The target column, once the header was seen.</summary>
    public string Target { get; private set; } = "";

    /// <summary>Given the header's names: every column but the ignored ones.</summary>
    /// <exception cref="DataException">A name is not in the header, or the target is ignored.</exception>
    public IReadOnlyList<bool> Select(IReadOnlyList<string> names)
    {
        foreach (var name in settings.Ignore)
            Require(names, name, "column to ignore");
        foreach (var name in settings.Text)
            Require(names, name, "column to read as text");
        if (settings.Target is { } target)
            Require(names, target, "target column");
        Target = settings.Target ?? names.LastOrDefault(name => !settings.Ignore.Contains(name))
            ?? throw new DataException("all columns are ignored", "a target and at least one more column are needed", file);
        if (settings.Ignore.Contains(Target))
            throw new DataException("the target column is ignored", "choose another target, or do not ignore it", file, column: Target);
        return SelectAgain(names);
    }

    /// <summary>The choice for the separate validation file, whose header may differ in what is not used.</summary>
    public IReadOnlyList<bool> SelectAgain(IReadOnlyList<string> names) => [.. names.Select(name => !settings.Ignore.Contains(name))];

    private void Require(IReadOnlyList<string> names, string name, string what)
    {
        if (!names.Contains(name))
            throw new DataException($"there is no such {what}", "the columns are " + RawTable.List(names), file, 1, name);
    }
}
