using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Distributed.Data.Compressed;

namespace Distributed.Data.Tables;

/// <summary>
/// Reads a table from CSV text (RFC 4180): UTF-8 (or UTF-16 with a byte order mark), any line ends, cells in quotation marks may hold
/// delimiters and line ends; blanks around cells do not count; empty lines are skipped. The delimiter is the one of comma, semicolon,
/// tab and vertical bar that the header holds most often outside quotation marks (the earlier of these on a tie). The first line is
/// the header. <see cref="FoundTableReader"/> finds more out.
/// </summary>
internal static class CsvTableReader
{
    private const string Delimiters = ",;\t|";

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">How the first line names the columns.</param>
    /// <param name="select">Given the header's names: which columns to keep.</param>
    /// <returns>The table.</returns>
    /// <exception cref="DataException">The file cannot be read as a table.</exception>
    public static RawTable Read(OpenedFile file, IHeaderRules header, Func<IReadOnlyList<string>, IReadOnlyList<bool>> select)
    {
        try
        {
            using var text = new StreamReader(
                file.Content, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, 1 << 16, leaveOpen: true);
            var firstLine = FirstLine(text, file.Name);
            using var whole = new PrefixedReader(firstLine, text);
            return Read(whole, DelimiterOf(firstLine), new CsvPlan(file.Name, header, select));
        }
        catch (DecoderFallbackException error)
        {
            throw new DataException("the file is not UTF-8 text", "save it as CSV in UTF-8", file.Name, inner: error);
        }
        catch (IOException error)
        {
            throw new DataException("the file cannot be read: " + error.Message, file: file.Name, inner: error);
        }
    }

    /// <summary>Reads text.</summary>
    /// <param name="text">The table from its first line on.</param>
    /// <param name="delimiter">Between cells.</param>
    /// <param name="plan">What is read of it.</param>
    /// <exception cref="DataException">It is not a table.</exception>
    public static RawTable Read(TextReader text, string delimiter, CsvPlan plan)
    {
        var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            HasHeaderRecord = false,
            Delimiter = delimiter,
            TrimOptions = TrimOptions.Trim,
            MaxFieldSize = DataLimits.CellLength,
            BadDataFound = bad => throw new DataException(
                $"the quotation marks at {CellNumber.Quoted(bad.Field)} do not pair up",
                "a cell that holds a quotation mark stands in quotation marks as a whole, with each one inside doubled",
                plan.File, bad.Context?.Parser?.RawRow - bad.Field.Count(c => c == '\n')),
        });
        try
        {
            return Rows(parser, plan);
        }
        catch (MaxFieldSizeException error)
        {
            throw new DataException(
                $"a cell is longer than {DataLimits.CellLength} characters", "perhaps a quotation mark is not closed", plan.File, parser.RawRow,
                inner: error);
        }
    }

    private static RawTable Rows(CsvParser parser, CsvPlan plan)
    {
        if (!parser.Read())
            throw new DataException("the file is empty", "a table with a header line is needed", plan.File);
        var names = plan.HasHeader ? CsvHeader.Read(parser, plan.File, plan.Header) : [.. Enumerable.Range(1, parser.Count).Select(i => $"c{i}")];
        var selected = plan.Select(names);
        var columns = names.Select((name, i) => selected[i] ? plan.NewColumn(name) : null).ToArray();
        var lines = new List<int>();
        for (var isRow = !plan.HasHeader || parser.Read(); isRow; isRow = parser.Read())
        {
            if (lines.Count == DataLimits.Rows || parser.CharCount > DataLimits.TableBytes)
                throw new DataException(
                    $"the table is too large (at most {DataLimits.Rows} rows and {DataLimits.TableBytes >> 30} GiB)", "take a sample of it",
                    plan.File, parser.RawRow);
            if (plan.SkipsComments && parser.Count != names.Length && parser[0].StartsWith('#'))
                continue;
            lines.Add(ReadRow(parser, plan.File, columns));
        }

        if (lines.Count == 0)
            throw new DataException("the file has a header and no rows", plan.AdviceWithoutRows, plan.File);
        return new RawTable(plan.File, [.. columns.OfType<RawColumn>()], names, lines);
    }

    /// <summary>Adds a row's cells to the columns and returns the line on which it begins.</summary>
    private static int ReadRow(CsvParser parser, string file, RawColumn?[] columns)
    {
        var lineEnds = 0;
        var count = parser.Count;
        for (var i = 0; i < count; i++)
        {
            var cell = parser[i];
            if (cell.Contains('\n'))
                lineEnds += cell.Count(c => c == '\n');
            if (cell.Contains('\0'))
                throw new DataException("the cell holds a zero byte: this is not text", "save the table as CSV in UTF-8", file, parser.RawRow);
            if (i < columns.Length && count == columns.Length)
                columns[i]?.Add(cell.Trim());
        }

        var line = parser.RawRow - lineEnds;
        return count == columns.Length
            ? line
            : throw new DataException(
                $"the row has {count} cell{(count == 1 ? "" : "s")} and the header {columns.Length}",
                "each row needs a cell for each column; a cell that holds the delimiter stands in quotation marks", file, line);
    }

    private static string DelimiterOf(string header)
    {
        var counts = new int[Delimiters.Length];
        var quoted = false;
        foreach (var c in header)
        {
            if (c == '"')
                quoted = !quoted;
            else if (!quoted && Delimiters.IndexOf(c) is >= 0 and var which)
                counts[which]++;
        }

        return Delimiters[Array.IndexOf(counts, counts.Max())].ToString();
    }

    /// <summary>Reads up to and with the first line end; bounded, because a file may have none.</summary>
    private static string FirstLine(StreamReader text, string file)
    {
        var line = new StringBuilder();
        var holdsText = false;
        for (int c; (c = text.Read()) >= 0;)
        {
            line.Append((char)c);
            holdsText |= !char.IsWhiteSpace((char)c);
            if (holdsText && (c is '\n' or '\r'))
                break;
            if (line.Length > DataLimits.CellLength * 100)
                throw new DataException("the first line does not end", "a table with a header line is needed", file, 1);
        }

        return line.ToString();
    }
}
