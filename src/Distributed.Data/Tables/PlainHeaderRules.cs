namespace Distributed.Data.Tables;

/// <summary>Version 1: column names are distinct; only a line of numbers alone is not a header.</summary>
internal sealed class PlainHeaderRules : IHeaderRules
{
    /// <inheritdoc/>
    public void Check(IReadOnlyList<string> names, string file)
    {
        for (var i = 0; i < names.Count; i++)
            if (names[i].Length == 0)
                throw new DataException($"column {i + 1} of the header has no name", "give each column a name", file, 1);
        if (names.All(name => CellNumber.Read(name, out _) == CellKind.Number))
            throw new DataException("the first line holds only numbers", "it must be a header that names the columns", file, 1);
    }

    /// <inheritdoc/>
    public DataNote? WhyLeftOut(RawColumn column, int position, string file) => null;
}
