namespace Distributed.Data.Tables;

/// <summary>How a table's text is cut into cells, found from a sample of its lines.</summary>
/// <param name="Delimiter">Between cells.</param>
/// <param name="Skipped">Characters before the header: a line that names the delimiter, comments.</param>
/// <param name="Comments">Comment lines among them.</param>
internal readonly record struct TableDialect(string Delimiter, int Skipped, int Comments)
{
    /// <summary>Delimiters that are looked for; on equal terms the earlier one.</summary>
    private const string Candidates = ",;\t|";

    private const int MostRecords = 1_000;

    /// <summary>Finds the dialect.</summary>
    /// <param name="sample">The beginning of the text.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <param name="given">The settings' delimiter; null: find out.</param>
    public static TableDialect Of(string sample, bool isWhole, string? given)
    {
        var at = SkipBlank(sample, 0);
        var line = LineAt(sample, at);
        if (line.Length == 5 && line.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
        {
            given ??= line[4..].ToString();
            at = NextLine(sample, at);
        }

        var (start, comments) = SkipComments(sample, at, given);
        return new TableDialect(given ?? Best(sample.AsSpan(start), isWhole), start, comments);
    }

    /// <summary>
    /// Leading lines that begin with # are comments; the last of them is the header, where it has as many cells as the line behind it, and more
    /// than one.
    /// </summary>
    private static (int Start, int Comments) SkipComments(string sample, int at, string? given)
    {
        var (last, comments) = (-1, 0);
        while (at < sample.Length && sample[at] == '#')
        {
            (last, at, comments) = (at, SkipBlank(sample, NextLine(sample, at)), comments + 1);
        }

        if (last < 0 || at >= sample.Length)
            return (last < 0 ? at : last, Math.Max(0, comments - 1));
        var delimiter = (given ?? Best(sample.AsSpan(at), isWhole: false))[0];
        var cells = CellsOf(LineAt(sample, last), delimiter);
        return cells > 1 && cells == CellsOf(LineAt(sample, at), delimiter) ? (last, comments - 1) : (at, comments);
    }

    /// <summary>The delimiter that cuts most records into the same number of cells, and of several such the one that makes the most cells.</summary>
    private static string Best(ReadOnlySpan<char> text, bool isWhole)
    {
        var best = (Delimiter: Candidates[0], Share: 0.0, Cells: 1);
        foreach (var delimiter in Candidates)
        {
            var counts = CountCells(text, delimiter, isWhole);
            if (counts.Count == 0)
                continue;
            var usual = counts.GroupBy(count => count).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).First();
            var share = usual.Count() / (double)counts.Count;
            if (usual.Key > 1 && (share, usual.Key).CompareTo((best.Share, best.Cells)) > 0)
                best = (delimiter, share, usual.Key);
        }

        return best.Delimiter.ToString();
    }

    /// <summary>The cells of each record but the last, which may be cut off, unless it is the only one.</summary>
    private static List<int> CountCells(ReadOnlySpan<char> text, char delimiter, bool isWhole)
    {
        var counts = new List<int>();
        var (cells, length, quoted, atStart) = (1, 0, false, true);
        foreach (var c in text)
        {
            if (c == '"' && (quoted || atStart))
                quoted = !quoted;
            if (!quoted && c is '\n' or '\r')
            {
                if (length > 0)
                    counts.Add(cells);
                if (counts.Count == MostRecords)
                    return counts;
                (cells, length, atStart) = (1, 0, true);
                continue;
            }

            cells += !quoted && c == delimiter ? 1 : 0;
            atStart = c == delimiter || (atStart && c is ' ' or '\t');
            length++;
        }

        if (length > 0 && (isWhole || counts.Count == 0))
            counts.Add(cells);
        return counts;
    }

    private static int CellsOf(ReadOnlySpan<char> line, char delimiter) => CountCells(line, delimiter, isWhole: true).FirstOrDefault();

    private static int SkipBlank(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at;
    }

    private static ReadOnlySpan<char> LineAt(string text, int at)
    {
        var line = text.AsSpan(at);
        var end = line.IndexOfAny('\n', '\r');
        return end < 0 ? line : line[..end];
    }

    private static int NextLine(string text, int at)
    {
        var end = text.AsSpan(at).IndexOfAny('\n', '\r');
        if (end < 0)
            return text.Length;
        end += at;
        return text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
    }
}
