using CsvHelper;

namespace Distributed.Data.Tables;

/// <summary>The checks on a table's first line.</summary>
internal static class CsvHeader
{
    /// <summary>Reads the names at the parser's position.</summary>
    /// <exception cref="DataException">There are too many, a name is there twice, or the rules refuse it.</exception>
    public static string[] Read(CsvParser parser, string file, IHeaderRules rules)
    {
        var names = new string[parser.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = parser[i].Trim();
        Check(names, file, rules);
        return names;
    }

    /// <summary>Checks names without surrounding blanks.</summary>
    /// <exception cref="DataException">There are too many, a name is there twice, or the rules refuse it.</exception>
    public static void Check(IReadOnlyList<string> names, string file, IHeaderRules rules)
    {
        if (names.Count > DataLimits.Columns)
            throw new DataException($"the header has {names.Count} columns", $"at most {DataLimits.Columns} are read", file, 1);
        foreach (var name in names)
            if (name.Contains('\0'))
                throw new DataException("the file holds zero bytes: this is not text", "a CSV file with a header line, or IDX images, are read", file);
        rules.Check(names, file);
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Length > 0 && !positions.TryAdd(names[i], i) && !rules.AllowsRepeats)
                throw new DataException(
                    $"columns {positions[names[i]] + 1} and {i + 1} of the header have the same name", "give each column a name of its own",
                    file, 1, names[i]);
        }
    }
}
