using CsvHelper;

namespace Distributed.Data.Tables;

/// <summary>The checks on a table's first line.</summary>
internal static class CsvHeader
{
    /// <summary>Reads the names at the parser's position.</summary>
    /// <exception cref="DataException">There are too many, a name is there twice, or the rules refuse it.</exception>
    public static string[] Read(CsvParser parser, string file, IHeaderRules rules)
    {
        if (parser.Count > DataLimits.Columns)
            throw new DataException($"the header has {parser.Count} columns", $"at most {DataLimits.Columns} are read", file, 1);
        var names = new string[parser.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = parser[i].Trim();
            if (names[i].Contains('\0'))
                throw new DataException("the file holds zero bytes: this is not text", "a CSV file with a header line, or IDX images, are read", file);
        }

        return Check(names, file, rules);
    }

    /// <summary>Checks names without surrounding blanks.</summary>
    /// <exception cref="DataException">There are too many, a name is there twice, or the rules refuse it.</exception>
    public static string[] Check(string[] names, string file, IHeaderRules rules)
    {
        if (names.Length > DataLimits.Columns)
            throw new DataException($"the header has {names.Length} columns", $"at most {DataLimits.Columns} are read", file, 1);
        rules.Check(names, file);
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0 && !positions.TryAdd(names[i], i) && !rules.AllowsRepeats)
                throw new DataException(
                    $"columns {positions[names[i]] + 1} and {i + 1} of the header have the same name", "give each column a name of its own",
                    file, 1, names[i]);
        }

        return names;
    }
}
