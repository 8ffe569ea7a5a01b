using System.Text;
using System.Text.Json;
using Distributed.Data.Compressed;
using Distributed.Data.Formats;

namespace Distributed.Data.Tables;

/// <summary>
/// JSON lines, one object a row, or one array of objects. The columns are the members of all objects, in the order of their first appearance;
/// null or no member is missing. A nested value counts as the text of its JSON.
/// </summary>
/// <param name="open">Opens the file anew each time.</param>
internal sealed class JsonRows(Func<OpenedFile> open) : IRowSource
{
    private const string Advice = "each line holds one object, or the file one array of objects", LineKey = "line";
    private const int LongestLine = DataLimits.CellLength * 1_000;

    private readonly Lazy<SourceColumn[]> _columns = new(() => FindColumns(open));

    /// <inheritdoc/>
    public IReadOnlyList<SourceColumn> Columns => _columns.Value;

    /// <inheritdoc/>
    public IEnumerable<SourceRow> Rows
    {
        get
        {
            var places = Columns.Index().ToDictionary(column => column.Item.Name, column => column.Index, StringComparer.Ordinal);
            var line = 0;
            foreach (var row in Objects(open))
            {
                var cells = new string[places.Count];
                Array.Fill(cells, "");
                foreach (var member in row.Value.EnumerateObject())
                    cells[places[NameOf(member, row)]] = TextOf(member.Value, row);
                yield return new SourceRow(++line, cells);
            }
        }
    }

    /// <summary>Whether a file's first character begins JSON: { or, before another of these, [.</summary>
    public static bool BeginsLike(ReadOnlySpan<byte> sample)
    {
        if (sample is [0xef, 0xbb, 0xbf, ..])
            sample = sample[3..];
        sample = sample.TrimStart(" \t\r\n"u8);
        return sample is [(byte)'{', ..] ? sample[1..].TrimStart(" \t\r\n"u8) is [(byte)'"' or (byte)'}', ..] : sample is [(byte)'[', ..] && sample[1..].TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
    }

    /// <summary>A column holds numbers where each value that is not null is a number.</summary>
    private static SourceColumn[] FindColumns(Func<OpenedFile> open)
    {
        var columns = new List<(string Name, bool AnyNumber, bool AnyOther)>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in Objects(open))
            foreach (var member in row.Value.EnumerateObject())
            {
                var name = NameOf(member, row);
                if (places.TryAdd(name, columns.Count))
                    columns.Add((name, false, false));
                var column = columns[places[name]];
                if (member.Value.ValueKind == JsonValueKind.Number)
                    columns[places[name]] = column with { AnyNumber = true };
                else if (member.Value.ValueKind != JsonValueKind.Null)
                    columns[places[name]] = column with { AnyOther = true };
            }

        return [.. columns.Select(column => new SourceColumn(column.Name, column is { AnyNumber: true, AnyOther: false }))];
    }

    private static IEnumerable<ReadRow> Objects(Func<OpenedFile> open)
    {
        using var file = open();
        var isArray = BeginsWithBracket(open);
        using var values = (isArray ? Elements(file) : Lines(file)).GetEnumerator();
        for (var row = 1; ; row++)
        {
            int? line = isArray ? null : row;
            JsonElement next;
            try
            {
                if (!values.MoveNext())
                    yield break;
                (line, next) = (isArray ? null : values.Current.Line, values.Current.Value);
            }
            catch (Exception error) when (error is JsonException or DecoderFallbackException or InvalidOperationException)
            {
                throw new DataException(
                    "this is not valid JSON", Advice, file.Name, (error.Data[LineKey] as int?) ?? line, inner: error);
            }

            if (next.ValueKind != JsonValueKind.Object)
                throw new DataException($"a row is {Article(next.ValueKind)} and no object", Advice, file.Name, line);
            yield return new ReadRow(next, file.Name, line);
        }
    }

    private static IEnumerable<(int Line, JsonElement Value)> Elements(OpenedFile file) =>
        JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(file.Content).ToBlockingEnumerable().Select((value, row) => (row + 1, value));

    private static IEnumerable<(int Line, JsonElement Value)> Lines(OpenedFile file)
    {
        using var text = new StreamReader(file.Content, TextEncoding.Utf8.Encoding, detectEncodingFromByteOrderMarks: true, 1 << 16, leaveOpen: true);
        var line = new StringBuilder();
        var number = 1;
        for (var next = text.Read(); ; next = text.Read())
        {
            if (next is >= 0 and not '\n')
            {
                line.Append((char)next);
                if (line.Length > LongestLine)
                    throw new DataException($"a line is longer than {LongestLine} characters", Advice, file.Name, number);
                continue;
            }

            if (!string.IsNullOrWhiteSpace(line.ToString()))
                yield return (number, Parse(line.ToString(), number));
            if (next < 0)
                yield break;
            line.Clear();
            number++;
        }
    }

    private static JsonElement Parse(string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            error.Data[LineKey] = number;
            throw;
        }
    }

    private static string Article(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static bool BeginsWithBracket(Func<OpenedFile> open)
    {
        using var file = open();
        Span<byte> sample = stackalloc byte[1 << 10];
        sample = sample[..file.Content.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false)];
        return sample.IndexOf((byte)'[') is >= 0 and var bracket && sample.IndexOf((byte)'{') is var brace && (brace < 0 || bracket < brace);
    }

    private static string TextOf(JsonElement value, ReadRow row) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.String => StringOf(value, row),
        _ => RawOf(value, row),
    };

    private static string NameOf(JsonProperty member, ReadRow row)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException error)
        {
            throw row.IsNoText(error);
        }
    }

    /// <summary>A text may escape half a character, as \ud800; then it counts as it is written.</summary>
    private static string StringOf(JsonElement value, ReadRow row)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return RawOf(value, row);
        }
    }

    private static string RawOf(JsonElement value, ReadRow row)
    {
        try
        {
            return value.GetRawText();
        }
        catch (InvalidOperationException error)
        {
            throw row.IsNoText(error);
        }
    }

    /// <summary>A row, and where it is.</summary>
    private readonly record struct ReadRow(JsonElement Value, string File, int? Line)
    {
        public DataException IsNoText(Exception inner) => new("a text is not UTF-8", "save the file in UTF-8", File, Line, inner: inner);
    }
}
