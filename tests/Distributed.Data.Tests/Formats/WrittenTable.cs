using System.Globalization;
using System.IO.Compression;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Parquet;
using Parquet.Schema;
using Field = Apache.Arrow.Field;

namespace Distributed.Data.Tests.Formats;

/// <summary>One table of every kind of column, with missing values, written in every format that is read.</summary>
internal static class WrittenTable
{
    private const int Rows = 60;

    private static readonly int?[] Counts = Column(row => row % 11 == 3 ? (int?)null : row * 7 % 23 - 4);
    private static readonly double?[] Sizes = Column(row => row % 9 == 2 ? (double?)null : Math.Round(Math.Sqrt(row) * 10, 3));
    private static readonly bool?[] Flags = Column(row => row % 13 == 5 ? (bool?)null : row % 3 == 0);
    private static readonly DateTime?[] Days = Column(row => row % 17 == 4 ? (DateTime?)null : new DateTime(2023, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(row * 11));
    private static readonly DateTime?[] Moments = Column(row => (DateTime?)new DateTime(2024, 2, 28, 23, 30, 0, DateTimeKind.Utc).AddMinutes(row * 47));
    private static readonly string?[] Kinds = Column(row => row % 7 == 6 ? null : new[] { "oak", "elm", "größer, \"alt\"" }[row % 3]);
    private static readonly string?[] Classes = Column(row => (string?)(row * row % 5 > 2 ? "high" : "low"));

    private static readonly string[] Names = ["count", "size", "flag", "day", "moment", "kind", "class"];

    /// <summary>The formats' names, each with the file of the table.</summary>
    public static IReadOnlyDictionary<string, Func<byte[]>> Formats { get; } = new Dictionary<string, Func<byte[]>>
    {
        ["csv"] = Csv,
        ["jsonl"] = JsonLines,
        ["parquet"] = () => Parquet(CompressionMethod.None, 1_000),
        ["parquet-snappy"] = () => Parquet(CompressionMethod.Snappy, 25),
        ["parquet-zstd"] = () => Parquet(CompressionMethod.Zstd, 1_000),
        ["arrow-file"] = () => Arrow(isFile: true, null),
        ["arrow-stream"] = () => Arrow(isFile: false, null),
        ["feather-lz4"] = () => Arrow(isFile: true, CompressionCodecType.Lz4Frame),
        ["arrow-zstd"] = () => Arrow(isFile: false, CompressionCodecType.Zstd),
        ["xlsx"] = () => Workbook(Names, [.. Enumerable.Range(0, Rows).Select(CellsOf)]),
    };

    /// <summary>A workbook with one sheet, or more of which all but one hold one cell.</summary>
    public static byte[] Workbook(string[] names, object?[][] rows, int sheets = 1, int at = 1)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, string text)
            {
                using var entry = new StreamWriter(archive.CreateEntry(name).Open());
                entry.Write(text);
            }

            var places = Enumerable.Range(1, sheets).ToArray();
            Add("[Content_Types].xml", $"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>""");
            Add("_rels/.rels", """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Add("xl/workbook.xml", $"""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{string.Concat(places.Select(i => $"<sheet name=\"Sheet {i}\" sheetId=\"{i}\" r:id=\"s{i}\"/>"))}</sheets></workbook>""");
            Add("xl/_rels/workbook.xml.rels", $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{string.Concat(places.Select(i => $"<Relationship Id=\"s{i}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{i}.xml\"/>"))}<Relationship Id="st" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>""");
            Add("xl/styles.xml", """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>""");
            foreach (var i in places)
                Add($"xl/worksheets/sheet{i}.xml", i == at ? Sheet([names, .. rows]) : Sheet([["other"]]));
        }

        return bytes.ToArray();
    }

    private static string Sheet(object?[][] rows)
    {
        var text = new StringBuilder("""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>""");
        for (var row = 0; row < rows.Length; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<row r=\"{row + 1}\">");
            for (var column = 0; column < rows[row].Length; column++)
            {
                var place = $"{(char)('A' + column)}{row + 1}";
                text.Append(rows[row][column] switch
                {
                    null => "",
                    bool flag => $"<c r=\"{place}\" t=\"b\"><v>{(flag ? 1 : 0)}</v></c>",
                    DateTime moment => string.Create(CultureInfo.InvariantCulture, $"<c r=\"{place}\" s=\"1\"><v>{moment.ToOADate()}</v></c>"),
                    string word => $"<c r=\"{place}\" t=\"inlineStr\"><is><t>{System.Security.SecurityElement.Escape(word)}</t></is></c>",
                    var number => string.Create(CultureInfo.InvariantCulture, $"<c r=\"{place}\"><v>{number}</v></c>"),
                });
            }

            text.Append("</row>");
        }

        return text.Append("</sheetData></worksheet>").ToString();
    }

    private static T[] Column<T>(Func<int, T> cell) => [.. Enumerable.Range(0, Rows).Select(cell)];

    private static object?[] CellsOf(int row) => [Counts[row], Sizes[row], Flags[row], Days[row], Moments[row], Kinds[row], Classes[row]];

    /// <summary>As pandas writes it.</summary>
    private static byte[] Csv()
    {
        var text = new StringBuilder(string.Join(',', Names)).Append('\n');
        for (var row = 0; row < Rows; row++)
            text.AppendJoin(',', CellsOf(row).Select((cell, i) => cell switch
            {
                DateTime moment => moment.ToString(i == 3 ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                string word when word.Contains('"', StringComparison.Ordinal) => "\"" + word.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"",
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                _ => cell?.ToString() ?? "",
            })).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] JsonLines()
    {
        var text = new StringBuilder();
        for (var row = 0; row < Rows; row++)
            text.AppendLine(System.Text.Json.JsonSerializer.Serialize(Names.Zip(CellsOf(row)).ToDictionary(
                pair => pair.First, pair => pair.Second is bool flag ? flag.ToString() : pair.Second is DateTime moment ? moment.ToString("s", CultureInfo.InvariantCulture) : pair.Second)));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Parquet(CompressionMethod method, int group)
    {
        var schema = new ParquetSchema(
            new DataField<int?>("count"), new DataField<double?>("size"), new DataField<bool?>("flag"), new DateTimeDataField("day", DateTimeFormat.Date, isNullable: true),
            new DateTimeDataField("moment", DateTimeFormat.Timestamp, false, DateTimeTimeUnit.Micros, true), new DataField<string>("kind"), new DataField<string>("class"));
        using var bytes = new MemoryStream();
        WriteAsync().GetAwaiter().GetResult();
        return bytes.ToArray();

        async Task WriteAsync()
        {
            await using var writer = await ParquetWriter.CreateAsync(schema, bytes, new ParquetOptions { CompressionMethod = method });
            var fields = schema.DataFields;
            for (var first = 0; first < Rows; first += group)
            {
                using var rows = writer.CreateRowGroup();
                var range = first..Math.Min(Rows, first + group);
                await rows.WriteAsync<int>(fields[0], Counts[range]);
                await rows.WriteAsync<double>(fields[1], Sizes[range]);
                await rows.WriteAsync<bool>(fields[2], Flags[range]);
                await rows.WriteAsync<DateTime>(fields[3], Days[range]);
                await rows.WriteAsync<DateTime>(fields[4], Moments[range]);
                await rows.WriteAsync(fields[5], Kinds[range]!);
                await rows.WriteAsync(fields[6], Classes[range]!);
            }
        }
    }

    private static byte[] Arrow(bool isFile, CompressionCodecType? codec)
    {
        var kinds = new StringArray.Builder().AppendRange(["oak", "elm", "größer, \"alt\""]).Build();
        var indices = new Int8Array.Builder();
        foreach (var row in Enumerable.Range(0, Rows))
            if (Kinds[row] is null)
                indices.AppendNull();
            else
                indices.Append((sbyte)(row % 3));
        var (counts, sizes, flags, days) = (new Int64Array.Builder(), new DoubleArray.Builder(), new BooleanArray.Builder(), new Date32Array.Builder());
        var moments = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, (string?)null));
        var classes = new StringArray.Builder();
        for (var row = 0; row < Rows; row++)
        {
            _ = Counts[row] is { } count ? counts.Append(count) : counts.AppendNull();
            _ = Sizes[row] is { } size ? sizes.Append(size) : sizes.Append(double.NaN); // as pandas writes missing numbers
            _ = Flags[row] is { } flag ? flags.Append(flag) : flags.AppendNull();
            _ = Days[row] is { } day ? days.Append(day) : days.AppendNull();
            moments.Append(new DateTimeOffset(Moments[row]!.Value));
            classes.Append(Classes[row]);
        }

        IArrowArray[] columns =
        [
            counts.Build(), sizes.Build(), flags.Build(), days.Build(), moments.Build(),
            new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), indices.Build(), kinds), classes.Build(),
        ];
        var schema = new Schema(Names.Zip(columns, (name, column) => new Field(name, column.Data.DataType, true)), null);
        using var bytes = new MemoryStream();
        var options = new IpcOptions { CompressionCodec = codec, CompressionCodecFactory = new CompressionCodecFactory() };
        using (var writer = isFile ? new ArrowFileWriter(bytes, schema, true, options) : new ArrowStreamWriter(bytes, schema, true, options))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, columns, Rows));
            writer.WriteEnd();
        }

        return bytes.ToArray();
    }
}
