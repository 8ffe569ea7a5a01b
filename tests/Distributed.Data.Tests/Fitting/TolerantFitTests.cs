using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Tests;

namespace Distributed.Data.Tests.Fitting;

/// <summary>Rules of version 3: missing, rare and unseen values, and rows without a target.</summary>
public sealed class TolerantFitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("")]
    [InlineData("NA")]
    [InlineData("N/A")]
    [InlineData("NaN")]
    [InlineData("null")]
    [InlineData("None")]
    [InlineData("?")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("#DIV/0!")]
    [InlineData("unknown")]
    public void A_missing_number_is_the_median_with_an_input_that_says_so(string mark)
    {
        var data = Load($"a,b,c\n1,1,x\n{mark},2,y\n3,3,x\n11,4,y\n");
        var features = ((EncodedSamples)data.Training).Features.ToArray();
        var column = data.Encoding.Columns[0];

        Assert.Equal((5, 3, true), (column.Mean, column.Tolerance!.Median, column.Tolerance.HasMissingInput));
        Assert.Equal([0, 1, 0, 0], [features[1], features[4], features[7], features[10]]);
        Assert.Equal((float)((3 - 5) / column.Scale), features[3]);
        Assert.Equal(["missing numbers are read as the median of the rows to learn from, and an input says where: \"a\" (1 of 4 rows)"], data.Notes.Select(told => $"{told}"));
    }

    [Fact]
    public void A_column_without_missing_numbers_has_the_bits_of_the_first_rules()
    {
        var text = "a,k,c\n" + Lines(60, i => $"{i * i / 7.0:R},{"pqr"[i % 3]},{"xy"[i % 2]}");
        Assert.Equal(_folder.Load(text).Sha256, Load(text).Sha256);
    }

    [Fact]
    public void A_missing_text_is_a_category_whatever_its_mark()
    {
        var data = Load("k,c\n" + Lines(60, i => $"{(i % 4) switch { 0 => "NA", 1 => "", 2 => "ash", _ => "elm" }},{"xy"[i % 2]}"));
        Assert.Equal(["", "ash", "elm"], data.Encoding.Columns[0].Categories);
        Assert.Equal(["missing texts are a category: \"k\" (30 of 60 rows)"], data.Notes.Select(told => $"{told}"));
        Assert.Equal([1f, 0, 0], Row(data.Encoding, ("k", "n/a")));
    }

    [Fact]
    public void Rare_texts_share_an_input_with_those_that_come_later()
    {
        var data = Load("k,c\n" + Lines(80, i => $"{(i < 5 ? $"once {i}" : "pq"[i % 2])},{"xy"[i / 2 % 2]}"));
        Assert.Equal(["p", "q"], data.Encoding.Columns[0].Categories);
        Assert.Equal([0f, 0, 1], Row(data.Encoding, ("k", "once 3")));
        Assert.Equal([0f, 0, 1], Row(data.Encoding, ("k", "unheard-of")));
        Assert.Equal([0f, 0, 1], Row(data.Encoding, ("k", "")));
        Assert.Equal([0f, 1, 0], Row(data.Encoding, ("k", "q")));
        Assert.Equal(["rare texts share an input with those that come later: \"k\" (5 of 80 rows)"], data.Notes.Select(told => $"{told}"));
    }

    [Fact]
    public void Where_no_text_was_rare_an_unseen_one_counts_as_the_average_of_the_training_rows()
    {
        var data = Load("k,c\n" + Lines(60, i => $"{(i % 3 == 0 ? "p" : "q")},{"xy"[i % 2]}"));
        Assert.Equal([(float)(20 / 60.0), (float)(40 / 60.0)], Row(data.Encoding, ("k", "unheard-of")));
    }

    [Fact]
    public void Thousands_of_values_are_kept_as_far_as_they_are_frequent()
    {
        var data = Load("k,v\n" + Lines(20_000, i => $"k{i * 31 % 4_000 * (i % 5 == 0 ? 0 : 1)},{i}.5"));
        Assert.Equal(1_001, data.Training.Inputs);
        Assert.Contains("k0", data.Encoding.Columns[0].Categories);
    }

    [Fact]
    public void An_identifier_of_text_and_an_empty_column_are_left_out()
    {
        var data = Load("ticket,empty,a,c\n" + Lines(80, i => $"T-{i},,{i % 7},{"xy"[i % 2]}"));
        Assert.Equal(["a"], data.Encoding.Columns.Select(column => column.Name));
        Assert.Equal(2, data.Notes.Count(note => note.Text.EndsWith("is left out", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_row_of_the_right_columns_is_always_encoded()
    {
        var encoding = Load("a,k,d,c\n" + Lines(60, i => $"{i},{"pq"[i % 2]},2024-01-{1 + i % 28:00},{"xy"[i % 2]}")).Encoding;
        foreach (var cell in new[] { "", "NA", "1e999", "-inf", "1e99", "text", "2024-99-99", "９", "\0", "0x10", new string('7', 500) })
        {
            var row = Row(encoding, ("a", cell), ("k", cell), ("d", cell));
            Assert.All(row, value => Assert.True(float.IsFinite(value), cell));
        }

        Assert.All(Row(encoding, ("a", null), ("k", null), ("d", null)), value => Assert.True(float.IsFinite(value)));
        Assert.Equal(1_000, Row(encoding, ("a", "1e99"), ("k", "p"), ("d", "2024-01-01"))[0]);
    }

    [Fact]
    public void A_file_is_encoded_as_its_rows_are_one_by_one()
    {
        var cells = new[] { "", "NA", "3", "4.5", "text", "1e999", "p", "q", "2024-02-29", "29.02.2024", "1,234" };
        var encoding = Load("a,k,d,v\n" + Lines(90, i => $"{(i % 9 == 0 ? "NA" : i)},{(i % 8 == 0 ? "" : "pq"[i % 2])},{(i % 7 == 0 ? "" : $"2024-01-{1 + i % 28:00}")},{i}.25")).Encoding;
        var rows = cells.SelectMany(a => cells.SelectMany(k => cells.Select(d => new[] { a, k, d }))).ToArray();
        var inputs = DataSets.LoadInputs(_folder.Write("rows.csv", "k;d;a\n" + string.Concat(rows.Select(row => $"{row[1]};{row[2]};{row[0]}\n"))), encoding);
        var fromFile = new float[inputs.Rows * inputs.Inputs];
        inputs.CopyTo(0, inputs.Rows, fromFile);
        Assert.Equal(rows.Length, inputs.Rows);
        for (var i = 0; i < rows.Length; i++)
            Assert.Equal(Row(encoding, ("a", rows[i][0]), ("k", rows[i][1]), ("d", rows[i][2])), fromFile[(i * inputs.Inputs)..((i + 1) * inputs.Inputs)]);
    }

    [Fact]
    public void Rows_without_a_target_are_left_out_with_a_count()
    {
        var data = Load("a,v\n" + Lines(40, i => $"{i},{(i % 10 == 3 ? "NA" : i % 10 == 4 ? "" : $"{i}.5")}"));
        Assert.Equal((TaskKind.Regress, 32), (data.Encoding.Task, data.Training.Rows));
        Assert.Contains("8 of 40 rows lack the target \"v\" and are left out", data.Notes.Select(told => $"{told}"));
        var classes = Load("a,c\n" + Lines(40, i => $"{i},{(i == 7 ? "" : "xy"[i % 2])}"));
        Assert.Equal(39, classes.Training.Rows);
        Assert.Contains("1 of 40 rows lack the target \"c\" and is left out", classes.Notes.Select(told => $"{told}"));
        Assert.Contains("missing in all rows", Assert.Throws<DataException>(() => Load("a,c\n1,\n2,\n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_such_as_None_that_many_rows_have_is_a_class_unless_the_settings_say_that_it_is_missing()
    {
        var text = "a,c\n" + Lines(40, i => $"{i},{(i % 4 == 0 ? "None" : "xy"[i % 2])}");
        Assert.Equal(["None", "x", "y"], Load(text).Encoding.Target.Classes);
        Assert.Contains("\"None\" is a class of the target, because 10 of 40 rows have it; --missing None leaves them out", Load(text).Notes.Select(told => $"{told}"));
        var named = Load(text, settings => settings with { Format = new TableFormat { Missing = ["None"] } });
        Assert.Equal(["x", "y"], named.Encoding.Target.Classes);
        Assert.Equal(["x", "y"], Load("a,c\n" + Lines(40, i => $"{i},{(i == 0 ? "None" : "xy"[i % 2])}")).Encoding.Target.Classes);
        var other = _folder.Write("other.csv", "a,c\n1,None\n2,x\n3,\n");
        Assert.Equal([0, 1], ((EncodedSamples)DataSets.LoadSamples(other, Load(text).Encoding)).Labels.ToArray());
    }

    [Fact]
    public void A_class_of_one_row_stays_in_training_and_one_of_two_goes_to_both_sides()
    {
        var data = Load("a,c\n" + Lines(1_000, i => $"{i},{(i == 5 ? "one" : i is 500 or 800 ? "two" : "many")}"), settings => settings with { Validation = "0.2" });
        int Count(ISampleSource part, string name) => ((EncodedSamples)part).Labels.ToArray().Count(label => data.Encoding.Target.Classes[label] == name);
        Assert.Equal((1, 0), (Count(data.Training, "one"), Count(data.Validation!, "one")));
        Assert.Equal((1, 1), (Count(data.Training, "two"), Count(data.Validation!, "two")));
        Assert.Contains("classes that one row has stay on the training side and are not validated: \"one\"", data.Notes.Select(told => $"{told}"));
        Assert.Contains("classes of few rows have one of them on the validation side: \"two\"", data.Notes.Select(told => $"{told}"));
    }

    [Fact]
    public void Counts_are_a_regression_and_one_line_says_why()
    {
        var counts = Load("a,n\n" + Lines(80, i => $"{i},{(i == 0 ? 40 : i * i % 13)}"));
        Assert.Equal(TaskKind.Regress, counts.Encoding.Task);
        Assert.Equal(["regression, because the target \"n\" holds 8 different whole numbers and one of them is seen once, as in counts; --task classify makes classes of them"], counts.Notes.Select(told => $"{told}"));
        Assert.Equal(TaskKind.Classify, Load("a,n\n" + Lines(80, i => $"{i},{i % 3}")).Encoding.Task);
        Assert.Equal(TaskKind.Regress, Load("a,n\n" + Lines(80, i => $"{i},{i % 15}")).Encoding.Task);
    }

    [Fact]
    public void A_validation_file_may_hold_what_training_did_not()
    {
        var other = _folder.Write("other.csv", "c,k,a,more\nx,new,NA,1\ny,p,1e300,2\n,p,1,3\n");
        var data = Load("a,k,c\n" + Lines(60, i => $"{i},{"pq"[i % 2]},{"xy"[i % 2]}"), settings => settings with { Validation = other });
        Assert.Equal(2, data.Validation!.Rows);
        Assert.All(((EncodedSamples)data.Validation).Features.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    public void Dispose() => _folder.Dispose();

    private static float[] Row(FeatureEncoding encoding, params (string Name, string? Cell)[] cells)
    {
        var inputs = new float[encoding.Inputs];
        encoding.EncodeRow(cells.ToDictionary(cell => cell.Name, cell => cell.Cell!), inputs);
        return inputs;
    }

    private EncodedDataSet Load(string csv, Func<DataSettings, DataSettings>? change = null) =>
        _folder.Load(csv, settings =>
        {
            var third = settings with { Rules = 3 };
            return change?.Invoke(third) ?? third;
        });

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
}
