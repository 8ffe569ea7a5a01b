using System.Text;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Tests;

namespace Distributed.Data.Tests.Surveys;

/// <summary>Rules of version 3: how a file is written and what its columns hold is found out.</summary>
public sealed class SurveyedTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("sep=;\na;c\n1;x\n2;y\n")]
    [InlineData("# by hand\n#\n\na,c\n1,x\n2,y\n")]
    [InlineData("# a,b,c, and more\na,c\n1,x\n# later\n2,y\n")]
    [InlineData("a\tc\n1\tx\n2\ty\n")]
    [InlineData("a|c\r1|x\r2|y")]
    [InlineData("a;c\n1;x\n2;y")]
    public void However_the_same_table_is_written_it_gives_the_same_samples(string text) =>
        Assert.Equal(Load("a,c\n1,x\n2,y\n").Sha256, Load(text).Sha256);

    [Fact]
    public void The_delimiter_cuts_all_lines_evenly_and_not_the_header_alone()
    {
        var data = Load("height, cm\tweight, kg\tgroup\n" + Lines(20, i => $"{i}.5\t{i * i}\t{"ab"[i % 2]}"));
        Assert.Equal(["height, cm", "weight, kg"], data.Encoding.Columns.Select(column => column.Name));
        Assert.Equal(["a,b", "k"], Load("\"a,b\";k;t\n" + Lines(20, i => $"\"{i % 3},{i % 3};x\ny\";{i % 5},5;{"ab"[i % 2]}"), null, "t").Encoding.Columns.Select(c => c.Name));
    }

    [Fact]
    public void A_first_line_with_a_hash_is_the_header_where_it_has_the_cells_of_one()
    {
        Assert.Equal("#a", Load("#a,c\n1,x\n2,y\n").Encoding.Columns[0].Name);
        Assert.Equal(["#f00", "#fff"], Load("color,c\n#f00,x\n#fff,y\n#f00,x\n").Encoding.Columns[0].Categories);
    }

    [Fact]
    public void The_line_of_an_error_counts_the_lines_before_the_header()
    {
        var error = Assert.Throws<DataException>(() => Load("# comment\n\na,c\n1,x\n2\n"));
        Assert.Equal(5, error.Line);
    }

    [Fact]
    public void Text_in_other_encodings_is_read_with_a_note()
    {
        const string text = "größe,c\n1,groß\n2,klein\n";
        foreach (var (bytes, note) in new[]
        {
            (Encoding.Latin1.GetBytes(text), "the file is not UTF-8 text and is read as Windows-1252; --encoding NAME reads it otherwise"),
            (Encoding.Unicode.GetBytes(text), "the file has no byte order mark and is read as UTF-16; --encoding NAME reads it otherwise"),
            (Encoding.BigEndianUnicode.GetBytes(text), "the file has no byte order mark and is read as UTF-16; --encoding NAME reads it otherwise"),
        })
        {
            var data = DataSets.Load(new DataSettings { Source = _folder.Write("data.csv", bytes), Validation = "0", Rules = 3 });
            Assert.Equal("größe", data.Encoding.Columns[0].Name);
            Assert.Equal(["groß", "klein"], data.Encoding.Target.Classes);
            Assert.Contains(note, data.Notes.Select(told => $"{told}"));
        }

        var late = _folder.Write("late.csv", [.. Encoding.UTF8.GetBytes("k,c\n" + Lines(50_000, i => $"k{i % 5},{"xy"[i % 2]}")), .. Encoding.Latin1.GetBytes("ß,x\n")]);
        Assert.Contains(DataSets.Load(new DataSettings { Source = late, Rules = 3 }).Notes, note => note.Text.Contains("Windows-1252", StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var error = Assert.Throws<DataException>(() => DataSets.Load(new DataSettings { Source = _folder.Write("data.csv", [.. Encoding.UTF8.GetBytes("a,c\n1,"), 0xff, 0x01, (byte)'\n']), Rules = 3 }));
        Assert.Equal("data.csv: the file is not text; save it as CSV in UTF-8", _folder.Shorten(error.Message));
    }

    [Fact]
    public void Settings_settle_doubt()
    {
        TableFormat format = new() { Delimiter = "*", NoHeader = true, Encoding = "windows-1252", Missing = ["99"] };
        var file = _folder.Write("data.csv", Encoding.Latin1.GetBytes(Lines(30, i => $"{(i == 3 ? 99 : i)}*ß,{i % 2}*{"xy"[i % 2]}")));
        var data = DataSets.Load(new DataSettings { Source = file, Rules = 3, Validation = "0", Format = format });
        Assert.Equal(["c1", "c2"], data.Encoding.Columns.Select(column => column.Name));
        Assert.Equal(["ß,0", "ß,1"], data.Encoding.Columns[1].Categories);
        Assert.Equal(1, ((EncodedSamples)data.Training).Features[3 * data.Training.Inputs + 1]);
        Assert.Equal(30, DataSets.LoadInputs(file, data.Encoding).Rows);
        Assert.Contains("there is no encoding", Assert.Throws<DataException>(() => Load("a,c\n1,x\n2,y\n", s => s with { Format = new() { Encoding = "klingon" } })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0,53;1,47;2,43", "a", "column \"a\" is read as numbers: \"0,53\" is 0.53")]
    [InlineData("1.234,5;2.000,0;3,25", "a", "column \"a\" is read as numbers: \"1.234,5\" is 1234.5")]
    [InlineData("77%;12.5%;3%", "a", "column \"a\" is read as numbers: \"77%\" is 77")]
    [InlineData("$1,000;$2,500.50;$3", "a", "column \"a\" is read as numbers: \"$1,000\" is 1000")]
    [InlineData("1,234;2,345;3,456", "a", "column \"a\" is read as numbers: \"1,234\" is 1234; --decimal comma reads it otherwise")]
    public void Numbers_as_people_write_them_are_numbers(string cells, string column, string note)
    {
        var values = cells.Split(';');
        var data = Load($"{column}|c\n" + Lines(30, i => $"{values[i % 3]}|{"xy"[i % 2]}"));
        Assert.Equal(ColumnKind.Number, data.Encoding.Columns[0].Kind);
        Assert.Equal([note], data.Notes.Select(told => $"{told}"));
    }

    [Fact]
    public void A_column_that_could_have_either_notation_follows_the_others()
    {
        var data = Load("a;b;c\n" + Lines(30, i => $"1.{200 + i};{i},5;{"xy"[i % 2]}"));
        Assert.Equal(1_214.5, data.Encoding.Columns[0].Mean);
        Assert.Equal(NumberNotation.Comma, data.Encoding.Columns[0].Tolerance!.Notation);
    }

    [Fact]
    public void A_decimal_comma_in_more_different_numbers_than_are_kept_is_read_from_the_file_again()
    {
        var data = Load("a;v\n" + Lines(5_000, i => $"{i},5;{i},25"));
        Assert.Equal(TaskKind.Regress, data.Encoding.Task);
        Assert.Equal(2_500, data.Encoding.Columns[0].Mean);
        Assert.Equal(2_499.75, data.Encoding.Target.Mean);
        Assert.Equal(NumberNotation.Comma, data.Encoding.Target.Notation);
    }

    [Fact]
    public void Many_codes_with_a_zero_before_them_are_categories_read_again()
    {
        var data = Load("code,v\n" + Lines(9_000, i => $"{(i % 3_000).ToString("D5", System.Globalization.CultureInfo.InvariantCulture)},{i}.5"));
        Assert.Equal(ColumnKind.Text, data.Encoding.Columns[0].Kind);
        Assert.Equal("00000", data.Encoding.Columns[0].Categories[0]);
    }

    [Theory]
    [InlineData("4 6 8 rotary", ColumnKind.Text)]
    [InlineData("01067 04109 10115 80331", ColumnKind.Text)]
    [InlineData("1 2 3 4", ColumnKind.Number)]
    [InlineData("1 2 NA ?", ColumnKind.Number)]
    [InlineData("2024-01-31 2023-05-06 2022-07-08 NA", ColumnKind.Date)]
    [InlineData("31.01.2024 05.06.2023 7.8.2022 1.1.2020", ColumnKind.Date)]
    [InlineData("red green NA blue", ColumnKind.Text)]
    public void A_column_as_a_whole_decides_what_it_holds(string cells, ColumnKind kind)
    {
        var values = cells.Split(' ');
        Assert.Equal(kind, Load("k,c\n" + Lines(40, i => $"{values[i % 4]},{"xy"[i / 4 % 2]}")).Encoding.Columns[0].Kind);
    }

    [Fact]
    public void A_few_texts_among_many_numbers_are_missing_and_a_note_names_them()
    {
        var data = Load("a,c\n" + Lines(100, i => $"{(i == 7 ? "12o" : i)},{"xy"[i % 2]}"));
        Assert.Equal(ColumnKind.Number, data.Encoding.Columns[0].Kind);
        Assert.Contains("column \"a\" holds numbers, and 1 cells that are none count as missing: \"12o\"; --column a=category reads all as texts", data.Notes.Select(told => $"{told}"));
        var mostly = Load("a,c\n" + Lines(100, i => $"{(i % 3 > 0 ? "secret" : i)},{"xy"[i % 2]}"));
        Assert.Equal((ColumnKind.Number, true), (mostly.Encoding.Columns[0].Kind, mostly.Encoding.Columns[0].Tolerance!.HasMissingInput));
    }

    [Fact]
    public void Settings_say_what_a_column_holds()
    {
        var text = "a,b,id,c\n" + Lines(40, i => $"{i % 4},{(i % 5 == 0 ? "x" : i % 4)},{i},{"xy"[i % 2]}");
        var data = Load(text, s => s with
        {
            Format = new() { Columns = new Dictionary<string, ColumnUse> { ["a"] = ColumnUse.Category, ["b"] = ColumnUse.Number, ["id"] = ColumnUse.Number } },
        });
        Assert.Equal([ColumnKind.Text, ColumnKind.Number, ColumnKind.Number], data.Encoding.Columns.Select(column => column.Kind));
        var ignored = Load(text, s => s with { Format = new() { Columns = new Dictionary<string, ColumnUse> { ["a"] = ColumnUse.Ignore } } });
        Assert.Equal(["b"], ignored.Encoding.Columns.Select(column => column.Name));
        Assert.Contains("there is no such column", Assert.Throws<DataException>(() => Load(text, s => s with { Format = new() { Columns = new Dictionary<string, ColumnUse> { ["z"] = ColumnUse.Ignore } } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_one_name_are_one_where_their_cells_are_equal()
    {
        var data = Load("a,a,c\n" + Lines(20, i => $"{i % 7},{i % 7},{"xy"[i % 2]}"));
        Assert.Equal(["a"], data.Encoding.Columns.Select(column => column.Name));
        Assert.Equal(["column \"a\" is there twice with the same cells, and one of them is left out"], data.Notes.Select(told => $"{told}"));
        Assert.Equal(1, DataSets.LoadInputs(_folder.Write("rows.csv", "b,a,b,a\n1,2,3,2\n"), data.Encoding).Rows);
        Assert.Equal(
            "data.csv, line 1, column \"a\": two columns of the header have the same name and different cells; give each column a name of its own",
            _folder.Shorten(Assert.Throws<DataException>(() => Load("a,a,c\n1,2,x\n2,3,y\n")).Message));
    }

    [Theory]
    [InlineData("id", false)]
    [InlineData("user_id", false)]
    [InlineData("UserID", false)]
    [InlineData("humid", true)]
    [InlineData("paid", true)]
    [InlineData("year", true)]
    public void A_column_called_like_an_identifier_with_a_different_whole_number_in_each_row_is_left_out(string name, bool stays)
    {
        var data = Load($"{name},a,c\n" + Lines(30, i => $"{1_000 + 3 * i},{i % 4},{"xy"[i % 2]}"));
        Assert.Equal(stays, data.Encoding.Columns.Any(column => column.Name == name));
        Assert.Equal(stays ? 0 : 1, data.Notes.Count);
    }

    [Fact]
    public void Dates_become_elapsed_time_year_month_weekday_and_hour()
    {
        var days = Load("day,v\n" + Lines(40, i => $"2024-{1 + i % 12:00}-{1 + i % 28:00},{i}.5"));
        Assert.Equal(6, days.Training.Inputs);
        var times = Load("day,v\n" + Lines(40, i => $"{(i == 4 ? "NA" : $"2024-{1 + i % 12:00}-{1 + i % 28:00} {i % 24:00}:30")},{i}.5"));
        var row = ((EncodedSamples)times.Training).Features.Slice(9, 9).ToArray(); // 2 February 2024, a Friday, 1:30
        Assert.Equal(0, row[1]); // one year only
        Assert.Equal([0.5f, 0.8660254f, -0.4338837f, -0.90096885f, 0.25881905f, 0.9659258f, 0], row[2..]);
        Assert.Equal(1, ((EncodedSamples)times.Training).Features[4 * 9 + 8]);
    }

    public void Dispose() => _folder.Dispose();

    private EncodedDataSet Load(string csv, Func<DataSettings, DataSettings>? change = null, string? target = null) =>
        _folder.Load(csv, settings =>
        {
            var third = settings with { Rules = 3, Target = target };
            return (target is null ? change?.Invoke(third) : null) ?? third;
        });

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
}
