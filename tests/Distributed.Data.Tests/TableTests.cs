using System.Text;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests;

public sealed class TableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Numbers_are_standardised_and_texts_become_one_input_per_category()
    {
        var data = _folder.Load("age,kind,bought\n10,b,yes\n20,a,no\n30,b,yes\n40,c,no\n");
        var samples = (EncodedSamples)data.Training;

        var scale = Math.Sqrt(125);
        Assert.Equal(4, samples.Inputs);
        Assert.Equal(
            [(float)(-15 / scale), 0, 1, 0, (float)(-5 / scale), 1, 0, 0, (float)(5 / scale), 0, 1, 0, (float)(15 / scale), 0, 0, 1],
            samples.Features.ToArray());
        Assert.Equal(["no", "yes"], data.Encoding.Target.Classes);
        Assert.Equal([1, 0, 1, 0], samples.Labels.ToArray());
        Assert.Equal(["a", "b", "c"], data.Encoding.Columns[1].Categories);
    }

    [Fact]
    public void Statistics_come_from_the_training_rows_alone()
    {
        var data = _folder.Load(
            "x,y\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i * i},{i}.5\n")), settings => settings with { Validation = "0.3" });
        var training = (EncodedSamples)data.Training;

        Assert.Equal(70, data.Training.Rows);
        Assert.Equal(30, data.Validation!.Rows);
        Assert.Equal(0, training.Features.ToArray().Average(x => (double)x), 1e-6);
        Assert.Equal(1, training.Features.ToArray().Average(x => (double)x * x), 1e-6);
        Assert.Equal(0, training.TargetValues.ToArray().Average(x => (double)x), 1e-6);
    }

    [Theory]
    [InlineData("a,c\n1,x\n2,y\n")]
    [InlineData("\uFEFFa,c\n1,x\n2,y\n")]
    [InlineData("a,c\r\n1,x\r\n2,y\r\n")]
    [InlineData("a,c\r1,x\r2,y")]
    [InlineData("a,c\n1,x\n2,y")]
    [InlineData("\n\na,c\n\n1,x\n\n\n2,y\n\n")]
    [InlineData("a;c\n1;x\n2;y\n")]
    [InlineData("a\tc\n1\tx\n2\ty\n")]
    [InlineData("a|c\n1|x\n2|y\n")]
    [InlineData(" a , c \n 1 , x \n+2.0, y\n")]
    [InlineData("\"a\",\"c\"\n\"1\",\"x\"\n\"2e0\",\"y\"\n")]
    public void However_the_same_table_is_written_it_gives_the_same_samples(string text)
    {
        var data = _folder.Load(text);

        Assert.Equal(_folder.Load("a,c\n1,x\n2,y\n").Sha256, data.Sha256);
        Assert.Equal("a", data.Encoding.Columns[0].Name);
    }

    [Fact]
    public void Gzipped_and_utf16_tables_are_read_too()
    {
        const string text = "a,ç\n1,x\n2,é\n";
        var plain = _folder.Load(text);
        var packed = _folder.Write("data.csv.gz", IdxBytes.Packed(Encoding.UTF8.GetBytes(text)));
        var wide = _folder.Write("wide.csv", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)]);

        Assert.Equal(plain.Sha256, DataSets.Load(new DataSettings { Source = packed, Validation = "0" }).Sha256);
        Assert.Equal("é", DataSets.Load(new DataSettings { Source = wide, Validation = "0" }).Encoding.Target.Classes[1]);
    }

    [Fact]
    public void Cells_in_quotation_marks_hold_delimiters_line_ends_and_quotation_marks()
    {
        var data = _folder.Load("k,c\n\"a,b\",x\n\"line\nend\",y\n\"say \"\"so\"\"\",x\n\"a,b\",y\n");
        Assert.Equal(["a,b", "line\nend", "say \"so\""], data.Encoding.Columns[0].Categories);
    }

    [Theory]
    [InlineData("yes no yes no", TaskKind.Classify)]
    [InlineData("0 1 0 1", TaskKind.Classify)]
    [InlineData("1 2 3 1", TaskKind.Regress)] // three different whole numbers in four rows
    [InlineData("0.5 1 0.5 1", TaskKind.Regress)]
    [InlineData("1e3 2e3 1e3 2e3", TaskKind.Classify)]
    public void Text_and_few_repeated_whole_numbers_are_classes_and_anything_else_is_a_value(string targets, TaskKind task)
    {
        var rows = targets.Split(' ').Select((target, i) => $"{i},{target}\n");
        Assert.Equal(task, _folder.Load("a,t\n" + string.Concat(rows)).Encoding.Task);
    }

    [Fact]
    public void More_than_twenty_whole_numbers_are_a_value_unless_classes_are_asked_for()
    {
        var text = "a,t\n" + string.Concat(Enumerable.Range(0, 84).Select(i => $"{i * i},{i % 21}\n"));

        Assert.Equal(TaskKind.Regress, _folder.Load(text).Encoding.Task);
        Assert.Equal(21, _folder.Load(text, settings => settings with { Task = TaskKind.Classify }).Encoding.Outputs);
    }

    [Fact]
    public void Numeric_labels_are_ordered_as_numbers_and_others_as_texts()
    {
        Assert.Equal(
            ["-1", "2", "10"],
            _folder.Load("a,t\n1,10\n2,2\n3,-1\n4,10\n5,2\n6,-1\n").Encoding.Target.Classes);
        Assert.Equal(["10", "2", "B", "a"], _folder.Load("a,t\n1,10\n2,2\n3,a\n4,B\n5,a\n6,2\n").Encoding.Target.Classes);
    }

    [Fact]
    public void The_target_is_the_last_column_unless_named_and_ignored_columns_are_not_read()
    {
        const string text = "id,a,t,b\nx1,1,p,1\nx2,2,q,3\n,3,p,x\n";

        var data = _folder.Load(text, settings => settings with { Ignore = ["id", "b"] });
        Assert.Equal("t", data.Encoding.Target.Name);
        Assert.Equal(["a"], data.Encoding.Columns.Select(column => column.Name));

        var named = _folder.Load(text, settings => settings with { Ignore = ["id", "b"], Target = "a", Task = TaskKind.Regress });
        Assert.Equal(["t"], named.Encoding.Columns.Select(column => column.Name));
    }

    [Fact]
    public void A_column_that_does_not_vary_is_left_out_and_a_note_says_so()
    {
        var data = _folder.Load("a,same,k,c\n1,0.1,p,x\n2,0.1,p,y\n3,0.1,p,x\n");

        Assert.Equal(["a"], data.Encoding.Columns.Select(column => column.Name));
        Assert.Equal(
            [
                "column \"same\" is the same in all rows to learn from and is left out",
                "column \"k\" is the same in all rows to learn from and is left out",
            ],
            data.Notes.Select(note => note.Text));
    }

    [Fact]
    public void Whole_numbers_that_differ_in_each_row_of_an_id_column_make_a_note()
    {
        var data = _folder.Load("UserID,a,c\n101,1,x\n102,2,y\n103,2,x\n");
        Assert.Equal(["column \"UserID\" looks like an identifier; if it is one, ignore it"], data.Notes.Select(note => note.Text));
    }

    [Fact]
    public void Codes_can_be_read_as_text()
    {
        var data = _folder.Load("zip,c\n1,x\n2,y\n1,x\n", settings => settings with { Text = ["zip"] });
        Assert.Equal(["1", "2"], data.Encoding.Columns[0].Categories);
    }

    [Fact]
    public void A_few_texts_among_numbers_are_an_error_and_a_few_numbers_among_texts_are_categories()
    {
        Assert.Throws<DataException>(() => _folder.Load("k,c\n1,x\n2,y\nthree,x\n"));
        Assert.Equal(["1", "three", "two"], _folder.Load("k,c\n1,x\ntwo,y\nthree,x\n").Encoding.Columns[0].Categories);
    }

    [Fact]
    public void A_word_like_NA_is_a_category_in_a_column_of_texts()
    {
        Assert.Equal(["NA", "SA", "ZM"], _folder.Load("country,c\nNA,x\nZM,y\nSA,x\n").Encoding.Columns[0].Categories);
    }

    [Fact]
    public void Huge_and_tiny_numbers_keep_their_order()
    {
        var samples = (EncodedSamples)_folder.Load("a,b,c\n1e99,1e-300,x\n-1e99,2e-300,y\n0,0,x\n1,1,x\n").Training;
        Assert.All(samples.Features.ToArray(), value => Assert.True(float.IsFinite(value)));
        Assert.True(samples.Features[0] > 1 && samples.Features[2] < -1);
    }

    [Fact]
    public void A_separate_validation_file_may_order_its_columns_otherwise_and_have_more()
    {
        var other = _folder.Write("other.csv", "bought,extra,kind,age\nno,?,b,30\n");
        var data = _folder.Load("age,kind,bought\n20,a,yes\n40,b,no\n", settings => settings with { Validation = other });

        Assert.Equal([0f, 0f, 1f], ((EncodedSamples)data.Validation!).Features.ToArray());
        Assert.Equal([0], ((EncodedSamples)data.Validation).Labels.ToArray());
    }

    [Fact]
    public void A_single_raw_row_is_encoded_to_the_same_bits_as_the_table()
    {
        var data = _folder.Load("age,kind,bought\n10.1,b,yes\n20.7,a,no\n30.3,b,yes\n41.9,c,no\n");
        var inputs = new float[data.Encoding.Inputs];
        data.Encoding.EncodeRow(new Dictionary<string, string> { ["kind"] = " b", ["age"] = "30.3" }, inputs);

        Assert.Equal(((EncodedSamples)data.Training).Features.Slice(8, 4).ToArray(), inputs);
    }

    [Theory]
    [InlineData("kind", "z", "column \"kind\": \"z\" was not among the learned categories; they are \"a\", \"b\"")]
    [InlineData("kind", "", "column \"kind\": the cell is empty; they are \"a\", \"b\"")]
    [InlineData("kind", null, "column \"kind\": the row lacks this column; its columns are \"age\"")]
    [InlineData("age", "old", "column \"age\": \"old\" is not a number; the column was learned as numbers")]
    [InlineData("age", "inf", "column \"age\": \"inf\" is not a finite number; the column was learned as numbers")]
    public void A_raw_row_that_does_not_fit_is_refused(string column, string? cell, string message)
    {
        var encoding = _folder.Load("age,kind,c\n10,b,x\n20,a,y\n").Encoding;
        var row = new Dictionary<string, string> { ["age"] = "15", ["kind"] = "a" };
        if (cell is null)
            row.Remove(column);
        else
            row[column] = cell;
        var error = Assert.Throws<DataException>(() => encoding.EncodeRow(row, new float[encoding.Inputs]));
        Assert.Equal(message, error.Message);
    }

    [SharedDataFact("social_network_ads.csv")]
    public void The_social_network_ads_are_read_with_their_columns()
    {
        var data = DataSets.Load(new DataSettings { Source = SharedData.Path("social_network_ads.csv"), Ignore = ["UserID"], Seed = 3 });

        Assert.Equal(["Not Purchased", "Purchased"], data.Encoding.Target.Classes);
        Assert.Equal(["Gender", "Age", "EstimatedSalary"], data.Encoding.Columns.Select(column => column.Name));
        Assert.Equal((320, 80, 4), (data.Training.Rows, data.Validation!.Rows, data.Training.Inputs));
    }

    public void Dispose() => _folder.Dispose();
}
