using System.Text.RegularExpressions;

namespace Distributed.Data.Tables;

/// <summary>
/// Version 3: as version 2, and columns of equal cells may have the same name, and a column called like an identifier that holds a different
/// whole number in each row is left out.
/// </summary>
internal sealed partial class IdentifiedHeaderRules : IHeaderRules
{
    private const int FewestRows = 10;

    private readonly IndexedHeaderRules _indexed = new()
    {
        HeaderAdvice = "add a header line that names the columns, or say by no-header that there is none; a column that is meant to have this name needs a letter in it",
    };

    /// <inheritdoc/>
    public bool AllowsRepeats => true;

    /// <inheritdoc/>
    public void Check(IReadOnlyList<string> names, string file) => _indexed.Check(names, file);

    /// <inheritdoc/>
    public DataNote? WhyLeftOut(RawColumn column, int position, string file) =>
        _indexed.WhyLeftOut(column, position, file)
        ?? (IdentifierName().IsMatch(column.Name) && AreIdentifiers(column.Numbers)
            ? new DataNote(
                $"column {CellNumber.Quoted(column.Name)} holds a different whole number in each row and is left out as an identifier",
                SettingHint.Column(column.Name, "number", "keeps it"))
            : null);

    private static bool AreIdentifiers(IReadOnlyList<double> numbers)
    {
        if (numbers.Count < FewestRows)
            return false;
        var seen = new HashSet<double>();
        foreach (var number in numbers)
            if (!seen.Add(number) || Math.Floor(number) != number)
                return false;
        return true;
    }

    /// <summary>id, row_id, UserID, customerId, index, row number, no.: not humid, covid or paid.</summary>
    [GeneratedRegex(@"^(id|index|idx|row|row[_ ]?(id|nr|no|num|number)|nr\.?|no\.?|#)$|[_\- .](id|ID|Id|key|uuid|idx)$|[a-z](ID|Id)$|^(ID|Id|Index|INDEX|Row|ROW)$", RegexOptions.CultureInvariant)]
    private static partial Regex IdentifierName();
}
