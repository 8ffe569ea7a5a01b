using System.Text.RegularExpressions;

namespace Distributed.Data.Tables;

/// <summary>
/// Version 2: a number names no column, so a first line that holds one is data. A first column without a name is an index, as pandas and R
/// write it, and so is any other one without a name that counts the rows; both are left out.
/// </summary>
internal sealed partial class IndexedHeaderRules : IHeaderRules
{
    /// <summary>What to do about a first line that looks like data.</summary>
    public string HeaderAdvice { get; init; } = "add a header line that names the columns; a column that is meant to have this name needs a letter in it";

    /// <inheritdoc/>
    public void Check(IReadOnlyList<string> names, string file)
    {
        for (var i = 0; i < names.Count; i++)
            if (CellNumber.Read(names[i], out _) == CellKind.Number)
                throw new DataException(
                    $"the first line looks like data: column {i + 1} is called {CellNumber.Quoted(names[i])}, a number",
                    HeaderAdvice, file, 1);
    }

    /// <inheritdoc/>
    public DataNote? WhyLeftOut(RawColumn column, int position, string file)
    {
        var nameless = column.Name.Length == 0;
        if (!nameless && !PandasName().IsMatch(column.Name))
            return null;
        var what = nameless ? $"column {position + 1}, which has no name," : $"column {CellNumber.Quoted(column.Name)}";
        if (position == 0)
            return new DataNote(nameless
                ? "the first column has no name and is left out as an index; give it a name to learn from it"
                : $"{what} is left out as an index; give it another name to learn from it");
        if (CountsRows(column.Numbers))
            return new DataNote($"{what} counts the rows and is left out as an index; give it {(nameless ? "a" : "another")} name to learn from it");
        return nameless
            ? throw new DataException($"column {position + 1} of the header has no name", "give each column a name, or remove the column", file, 1)
            : null;
    }

    private static bool CountsRows(IReadOnlyList<double> numbers)
    {
        for (var row = 0; row < numbers.Count; row++)
            if (Math.Floor(numbers[row]) != numbers[row] || (row > 0 && numbers[row] - numbers[row - 1] != 1))
                return false;
        return true;
    }

    /// <summary>What pandas calls a column without a name.</summary>
    [GeneratedRegex(@"^Unnamed: \d+(\.\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex PandasName();
}
