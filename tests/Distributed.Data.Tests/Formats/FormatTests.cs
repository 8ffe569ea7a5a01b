using System.IO.Compression;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Tests;
using Parquet;
using Parquet.Schema;

namespace Distributed.Data.Tests.Formats;

/// <summary>Tables in formats that are no text.</summary>
public sealed class FormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Formats { get; } = [.. WrittenTable.Formats.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_table_is_the_same_data_set_in_every_format(string format)
    {
        var csv = Load(_folder.Write("table.csv", WrittenTable.Formats["csv"]()));
        var path = _folder.Write("table", WrittenTable.Formats[format]());
        var data = Load(path);
        Assert.Equal("count:Number size:Number flag:Text day:Date moment:Date kind:Text", string.Join(' ', data.Encoding.Columns.Select(column => $"{column.Name}:{column.Kind}")));
        Assert.Equal(csv.Sha256, data.Sha256);
        Assert.Equal(Json(csv.Encoding), Json(data.Encoding));
        Assert.Equal(Features(_folder["table.csv"], csv.Encoding), Features(path, csv.Encoding));
        Assert.Equal(csv.Training.Rows + csv.Validation!.Rows, DataSets.LoadSamples(path, csv.Encoding).Rows);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_may_be_packed_on_top(string format)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(WrittenTable.Formats[format]());
        Assert.Equal(Load(_folder.Write("table.csv", WrittenTable.Formats["csv"]())).Sha256, Load(_folder.Write("packed", bytes.ToArray())).Sha256);
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("xlsx")]
    [InlineData("jsonl")]
    public void A_number_by_its_type_means_itself_beside_decimal_commas(string format)
    {
        var model = Load(_folder.Write("commas.csv", "n;c\n1,5;x\n2,25;y\n3,125;x\n10,5;y\n"));
        var plain = Features(_folder.Write("rows.csv", "n\n\"3,125\"\n\"2,5\"\n7\n"), model.Encoding);
        object?[][] rows = [[3.125], [2.5], [7.0]];
        var path = _folder.Write("rows", format switch
        {
            "xlsx" => WrittenTable.Workbook(["n"], rows),
            "jsonl" => "{\"n\": 3.125}\n{\"n\": 2.5}\n{\"n\": 7}\n"u8.ToArray(),
            _ => Numbers("n", [3.125, 2.5, 7]),
        });
        Assert.Equal(plain, Features(path, model.Encoding));
        var forced = new DataSettings { Source = path, Rules = 3, Validation = "0", Task = TaskKind.Regress, Format = new TableFormat { Decimal = NumberNotation.Comma } };
        Assert.Contains("no column is left", Assert.Throws<DataException>(() => DataSets.Load(forced)).Message, StringComparison.Ordinal); // the only column is the target, a number
    }

    [Fact]
    public void The_index_of_pandas_is_left_out_with_a_note()
    {
        var data = Load(_folder.Write("t.parquet", Numbers("n", [1, 2.5, 4, 8], ("y", [1.5, 2, 2.25, 9]), ("__index_level_0__", [3, 1, 2, 0]))));
        Assert.Equal("y", data.Encoding.Target.Name);
        Assert.Contains("column \"__index_level_0__\" is pandas' index and is left out", data.Notes.Select(note => note.Text));
    }

    [Fact]
    public void A_column_of_lists_is_refused_by_its_name_unless_it_is_ignored()
    {
        var path = _folder.Write("lists.parquet", Lists());
        Assert.Equal(
            "lists.parquet, column \"l\": the column holds lists or structures; ignore it, or write a column for each of its values",
            _folder.Shorten(Assert.Throws<DataException>(() => Load(path)).Message));
        Assert.Equal("n", Assert.Single(DataSets.Load(new DataSettings { Source = path, Rules = 3, Validation = "0", Ignore = ["l"] }).Encoding.Columns).Name);
    }

    [Fact]
    public void The_first_sheet_of_a_workbook_is_read_and_a_note_says_so()
    {
        object?[][] rows = [[1.5, "x"], [2.0, "y"], [], [null, "x"], [4.0, "y", null]];
        var data = Load(_folder.Write("book.xlsx", WrittenTable.Workbook(["n", "c"], rows, sheets: 3)));
        Assert.Equal(Load(_folder.Write("book.csv", "n,c\n1.5,x\n2,y\n,x\n4,y\n")).Sha256, data.Sha256);
        Assert.Contains("the workbook has 3 sheets, and the first, \"Sheet 1\", is read", data.Notes.Select(note => note.Text));
    }

    [Theory]
    [InlineData("Sheet 3")]
    [InlineData("3")]
    public void A_sheet_is_read_by_its_name_or_its_number(string sheet)
    {
        object?[][] rows = [[1.5, "x"], [2.0, "y"], [4.0, "y"]];
        var path = _folder.Write("book.xlsx", WrittenTable.Workbook(["n", "c"], rows, sheets: 3, at: 3));
        var data = DataSets.Load(new DataSettings { Source = path, Rules = 3, Validation = "0", Format = new TableFormat { Sheet = sheet } });
        Assert.Equal(Load(_folder.Write("book.csv", "n,c\n1.5,x\n2,y\n4,y\n")).Sha256, data.Sha256);
        Assert.DoesNotContain("sheet", string.Join("|", data.Notes), StringComparison.Ordinal);
        Assert.Equal(3, DataSets.LoadSamples(path, data.Encoding).Rows);
    }

    [Theory]
    [InlineData("Sheet 4")]
    [InlineData("4")]
    [InlineData("0")]
    public void A_sheet_that_is_not_there_is_refused_with_those_that_are(string sheet)
    {
        var path = _folder.Write("book.xlsx", WrittenTable.Workbook(["n", "c"], [[1.5, "x"]], sheets: 3));
        var settings = new DataSettings { Source = path, Rules = 3, Validation = "0", Format = new TableFormat { Sheet = sheet } };
        Assert.Equal(
            $"book.xlsx: the workbook has no sheet \"{sheet}\"; its sheets are \"Sheet 1\", \"Sheet 2\", \"Sheet 3\"",
            _folder.Shorten(Assert.Throws<DataException>(() => DataSets.Load(settings)).Message));
    }

    [Fact]
    public void A_file_without_sheets_says_that_there_is_nothing_to_choose()
    {
        var path = _folder.Write("t.csv", "n,c\n1.5,x\n2,y\n4,y\n");
        var data = DataSets.Load(new DataSettings { Source = path, Rules = 3, Validation = "0", Format = new TableFormat { Sheet = "2" } });
        Assert.Contains("the file is no workbook, so it has no sheets to choose from", data.Notes.Select(note => note.Text));
    }

    [Fact]
    public void A_workbook_without_a_header_has_columns_by_number_and_one_with_a_nameless_column_is_refused()
    {
        var path = _folder.Write("book.xlsx", WrittenTable.Workbook(["1.5", "x"], [[2.0, "y"], [3.0, "x"], [4.5, "y"]]));
        var data = DataSets.Load(new DataSettings { Source = path, Rules = 3, Validation = "0", Format = new TableFormat { NoHeader = true } });
        Assert.Equal("c2", data.Encoding.Target.Name);
        var wide = _folder.Write("wide.xlsx", WrittenTable.Workbook(["n", "c"], [[2.0, "y"], [3.0, "x", 7.5], [4.5, "y", 1.5]]));
        Assert.Contains("column 3 of the header has no name", Assert.Throws<DataException>(() => Load(wide)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static EncodedDataSet Load(string source) => DataSets.Load(new DataSettings { Source = source, Rules = 3, Seed = 1, Validation = source.Contains("table", StringComparison.Ordinal) || source.EndsWith("packed", StringComparison.Ordinal) ? null : "0" });

    private static string Json(FeatureEncoding encoding) => System.Text.Json.JsonSerializer.Serialize(encoding);

    private static float[] Features(string source, FeatureEncoding encoding)
    {
        var inputs = DataSets.LoadInputs(source, encoding);
        var features = new float[inputs.Rows * inputs.Inputs];
        inputs.CopyTo(0, inputs.Rows, features);
        return features;
    }

    private static byte[] Numbers(string name, double[] values, params (string Name, double[] Values)[] more) =>
        Write(new ParquetSchema([new DataField<double>(name), .. more.Select(column => new DataField<double>(column.Name))]), async (rows, fields) =>
        {
            await rows.WriteAsync<double>(fields[0], values);
            for (var i = 0; i < more.Length; i++)
                await rows.WriteAsync<double>(fields[i + 1], more[i].Values);
        });

    private static byte[] Lists() =>
        Write(new ParquetSchema(new DataField<double>("n"), new ListField("l", new DataField<int>("element")), new DataField<string>("c")), async (rows, fields) =>
        {
            await rows.WriteAsync<double>(fields[0], new double[] { 1, 2, 4, 3 });
            await rows.WriteAllPartsAsync<int>(fields[1], new[] { 1, 2, 3, 4 }, Enumerable.Repeat(fields[1].MaxDefinitionLevel, 4).ToArray(), new[] { 0, 0, 0, 0 }, CancellationToken.None);
            await rows.WriteAsync(fields[2], ["x", "y", "x", "y"]);
        });

    private static byte[] Write(ParquetSchema schema, Func<ParquetRowGroupWriter, DataField[], Task> write)
    {
        using var bytes = new MemoryStream();
        WriteAsync().GetAwaiter().GetResult();
        return bytes.ToArray();

        async Task WriteAsync()
        {
            await using var writer = await ParquetWriter.CreateAsync(schema, bytes);
            using var rows = writer.CreateRowGroup();
            await write(rows, schema.DataFields);
        }
    }
}
