using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Models.Tests;

/// <summary>What version 2 of the rules of reading changed, and that old ones stay.</summary>
public sealed class DataRulesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void One_number_is_one_class_however_it_is_written()
    {
        var text = "a,t\n" + Lines("0 0.0 00 -0 1 1.0 01 +1e0 0 1 0 1");
        var data = Load(text);

        Assert.Equal(["0", "1"], data.Encoding.Target.Classes);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1], ((EncodedSamples)data.Training).Labels.ToArray());
        Assert.Contains(
            "column \"t\": spellings of one label are one class: \"0\" (also \"0.0\", \"00\", \"-0\"), \"1\" (also \"1.0\", \"01\", \"+1e0\")", data.Notes.Select(told => told.Text));
    }

    [Fact]
    public void Numbers_that_only_a_double_takes_for_one_stay_two_classes()
    {
        var data = Load("a,t\n" + Lines("12345678901234567890 12345678901234567891 12345678901234567890 12345678901234567891"), settings => settings with { Task = TaskKind.Classify });
        Assert.Equal(2, data.Encoding.Outputs);
    }

    [Theory]
    [InlineData("1e3 1000 2e3 2000.0 1000 2000", "1e3 2e3")] // the shortest spelling
    [InlineData("1.0 2.0 1.0 2.0", "1.0 2.0")] // one spelling stays as it is
    [InlineData("-1 -1.0 -01 2 2 2.50", "-1 2 2.50")]
    [InlineData("0.5 .5 5e-1 1 1 1", ".5 1")]
    [InlineData("x #0 0 x #0 0.0", "#0 0 x")] // a text that looks like a number's key
    public void A_number_is_named_by_its_shortest_spelling(string labels, string classes) =>
        Assert.Equal(classes.Split(' '), Load("a,t\n" + Lines(labels), settings => settings with { Task = TaskKind.Classify }).Encoding.Target.Classes);

    [Theory]
    [InlineData("True TRUE true True maybe maybe", "True maybe")]
    [InlineData("cat Cat dog dog cat DOG", "cat dog")]
    [InlineData("b B a A", "A B")] // as often: the earlier in ordinal order
    [InlineData("true yes TRUE true", "true yes")] // without a word for false these are two
    public void Texts_that_differ_in_case_only_are_one_class_named_by_the_most_frequent_spelling(string labels, string classes) =>
        Assert.Equal(classes.Split(' '), Load("a,t\n" + Lines(labels)).Encoding.Target.Classes);

    [Fact]
    public void Where_all_labels_are_words_for_true_and_false_there_are_two_classes()
    {
        var data = Load("a,t\n" + Lines("yes True TRUE no Yes false FALSE yes true No no"));

        Assert.Equal(["no", "yes"], data.Encoding.Target.Classes);
        var other = _folder.Write("other.csv", "a,t\n1,TRUE\n2,NO\n3,false\n");
        Assert.Equal([1, 0, 0], ((EncodedSamples)DataSets.LoadSamples(other, data.Encoding)).Labels.ToArray());
        Assert.Equal(["no", "true", "unknown", "yes"], Load("a,t\n" + Lines("yes true unknown no yes True Unknown no true unknown")).Encoding.Target.Classes);
        Assert.Equal(["true", "yes"], Load("a,t\n" + Lines("yes true yes true")).Encoding.Target.Classes);
    }

    [Fact]
    public void A_model_carries_how_its_labels_are_spelled()
    {
        var data = Load("a,t\n" + Lines("0 0.0 1 1.0 0 1"));
        var encoding = EncodingFile.Read(EncodingFile.Write(data.Encoding));
        var other = _folder.Write("other.csv", "a,t\n1,00\n2,1e0\n3,-0\n");

        Assert.Equal(2, encoding.Rules);
        Assert.Equal([0, 1, 0], ((EncodedSamples)DataSets.LoadSamples(other, encoding)).Labels.ToArray());
        _folder.Write("other.csv", "a,t\n1,0\n2,2\n");
        Assert.Equal(
            "other.csv, line 3, column \"t\": \"2\" is not a class; the classes are \"0\", \"1\"",
            _folder.Shorten(Assert.Throws<DataException>(() => DataSets.LoadSamples(other, encoding)).Message));
        Assert.Equal("a classifier needs at least two classes of different names", (encoding with { Target = encoding.Target with { Classes = ["0", "0.0"] } }).Validate());
        Assert.Equal("the data is read by rules of version 99, and this program knows 1 to 4", (encoding with { Rules = 99 }).Validate());
    }

    [Theory]
    [InlineData("NA")]
    [InlineData("NaN")]
    [InlineData("nan")]
    [InlineData("?")]
    [InlineData("null")]
    [InlineData("None")]
    [InlineData("-")]
    [InlineData("N/A")]
    public void A_word_for_a_missing_label_is_refused_like_an_empty_cell(string word)
    {
        foreach (var others in new[] { "x y x y", "0 1 0 1" })
        {
            var error = Assert.Throws<DataException>(() => Load("a,t\n" + Lines($"{others} {word}")));
            Assert.Equal($"data.csv, line 6, column \"t\": \"{word}\" stands for a missing label; write the class, or remove the row", _folder.Shorten(error.Message));
        }
    }

    [Fact]
    public void An_empty_label_is_refused_and_none_in_small_letters_is_a_class()
    {
        Assert.Equal(
            "data.csv, line 3, column \"t\": the label is empty; write the class, or remove the row",
            _folder.Shorten(Assert.Throws<DataException>(() => Load("a,t\n1,0\n2,\n3,1\n4,0\n")).Message));
        Assert.Equal(["mild", "none"], Load("a,t\n" + Lines("none mild none mild")).Encoding.Target.Classes);
    }

    [Theory]
    [InlineData("5.1,3.5,setosa\n4.9,3.0,setosa\n6.2,2.9,other\n", 1, "5.1")]
    [InlineData("setosa,5.1\nother,2\nsetosa,3\n", 2, "5.1")]
    [InlineData("1,2\n3,4\n", 1, "1")]
    public void A_first_line_that_holds_a_number_is_no_header(string text, int column, string name)
    {
        var error = Assert.Throws<DataException>(() => Load(text));
        Assert.Equal(
            $"data.csv, line 1: the first line looks like data: column {column} is called \"{name}\", a number; "
            + "add a header line that names the columns; a column that is meant to have this name needs a letter in it", _folder.Shorten(error.Message));
    }

    [Theory]
    [InlineData("", "the first column has no name and is left out as an index; give it a name to learn from it")]
    [InlineData("Unnamed: 0", "column \"Unnamed: 0\" is left out as an index; give it another name to learn from it")]
    public void A_first_column_without_a_name_is_left_out_as_an_index(string name, string note)
    {
        var data = Load($"{name},a,t\n7,1,x\n3,2,y\nk,4,x\n");

        Assert.Equal(["a"], data.Encoding.Columns.Select(column => column.Name));
        Assert.Equal([note], data.Notes.Select(told => told.Text));
        var rows = _folder.Write("rows.csv", "a,,\n5,1,2\n");
        Assert.Equal(1, DataSets.LoadInputs(rows, data.Encoding).Rows);
    }

    [Fact]
    public void Another_column_without_a_name_is_left_out_where_it_counts_the_rows_and_needs_a_name_otherwise()
    {
        var data = Load("a,,t,Unnamed: 3\n1,5,x,0\n2,6,y,1\n4,7,x,2\n");
        Assert.Equal(["a"], data.Encoding.Columns.Select(column => column.Name));
        Assert.Equal("t", data.Encoding.Target.Name);
        Assert.Equal(
            [
                "column 2, which has no name, counts the rows and is left out as an index; give it a name to learn from it",
                "column \"Unnamed: 3\" counts the rows and is left out as an index; give it another name to learn from it",
            ],
            data.Notes.Select(told => told.Text));

        Assert.Equal(
            "data.csv, line 1: column 2 of the header has no name; give each column a name, or remove the column",
            _folder.Shorten(Assert.Throws<DataException>(() => Load("a,,t\n1,5,x\n2,7,y\n4,6,x\n")).Message));
        Assert.Equal(["a", "Unnamed: 1"], Load("a,Unnamed: 1,t\n1,5,x\n2,7,y\n4,6,x\n").Encoding.Columns.Select(column => column.Name));
        Assert.Contains("no column is left", Assert.Throws<DataException>(() => Load(",\n1,1\n2,2\n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_the_settings_name_is_not_left_out()
    {
        const string text = "Unnamed: 0,a,t\n0,1,x\n1,2,y\n0,4,x\n";
        Assert.Equal("Unnamed: 0", Load(text, settings => settings with { Target = "Unnamed: 0", Task = TaskKind.Regress }).Encoding.Target.Name);
        Assert.Equal(2, Load(text, settings => settings with { Text = ["Unnamed: 0"] }).Encoding.Columns.Count);
        Assert.Empty(Load(text, settings => settings with { Ignore = ["Unnamed: 0"] }).Notes);
    }

    [Fact]
    public void A_validation_file_may_have_an_index_too()
    {
        var other = _folder.Write("other.csv", ",a,t,\n0,1,X,9\n1,2,y,9\n");
        var data = Load(",a,t\n0,1,x\n1,2,y\n2,3,x\n", settings => settings with { Validation = other });
        Assert.Equal([0, 1], ((EncodedSamples)data.Validation!).Labels.ToArray());
    }

    [Theory]
    [InlineData(24, "regression, because the target \"t\" holds 24 different whole numbers (up to 20 are classes); --task classify makes classes of them")]
    [InlineData(2, "classification, because the target \"t\" holds 2 different whole numbers (up to 20 are classes); --task regress predicts a number")]
    public void A_task_taken_from_whole_numbers_says_why_and_how_to_choose_the_other(int different, string note)
    {
        var text = "a,t\n" + string.Concat(Enumerable.Range(0, 96).Select(i => $"{i * i},{i % different}\n"));
        Assert.Equal([note], Load(text).Notes.Select(told => told.ToString()));
        foreach (var task in new[] { TaskKind.Classify, TaskKind.Regress })
            Assert.Empty(Load(text, settings => settings with { Task = task }).Notes);
    }

    [Fact]
    public void Whole_numbers_that_hardly_repeat_are_a_regression_and_other_targets_need_no_word()
    {
        Assert.Equal(
            ["regression, because the target \"t\" holds 3 different whole numbers in 4 rows (classes occur twice or more on average); --task classify makes classes of them"],
            Load("a,t\n" + Lines("1 2 3 1")).Notes.Select(told => told.ToString()));
        Assert.Empty(Load("a,t\n" + Lines("0.5 1 0.5 1")).Notes);
        Assert.Empty(Load("a,t\n" + Lines("x y x y")).Notes);
        Assert.StartsWith("regression, because the target \"t\" holds more than 1001 different", Load("a,t\n" + Lines(string.Join(' ', Enumerable.Range(0, 3_000)))).Notes[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_settings_without_a_version_are_read_as_they_always_were()
    {
        Assert.Equal(["0", "00", "1"], _folder.Load("a,t\n" + Lines("0 00 1 0 00 1")).Encoding.Target.Classes);
        Assert.Equal(["NA", "True", "true"], _folder.Load("a,t\n" + Lines("True true NA True true NA")).Encoding.Target.Classes);
        var old = _folder.Load("Unnamed: 0,2019,t\n0,1,x\n1,2,y\n2,4,x\n");
        Assert.Equal(["Unnamed: 0", "2019"], old.Encoding.Columns.Select(column => column.Name));
        Assert.Null(old.Encoding.Rules);
        Assert.DoesNotContain("rules", System.Text.Encoding.UTF8.GetString(EncodingFile.Write(old.Encoding)), StringComparison.Ordinal);
        Assert.Equal(
            "data.csv: the data is read by rules of version 99, and this program knows 1 to 4; use a newer release",
            _folder.Shorten(Assert.Throws<DataException>(() => Load("a,t\n1,x\n2,y\n", settings => settings with { Rules = 99 })).Message));
    }

    [Theory]
    [InlineData("digits")]
    [InlineData("buyers")]
    [InlineData("diabetes")]
    public void All_rules_make_the_same_samples_of_the_built_in_data(string name)
    {
        var first = DataSets.Load(new DataSettings { Source = name, Seed = 5 }).Sha256;
        for (var rules = 1; rules <= DataSettings.NewestRules; rules++)
            Assert.Equal(first, DataSets.Load(new DataSettings { Source = name, Seed = 5, Rules = rules }).Sha256);
    }

    public void Dispose() => _folder.Dispose();

    private EncodedDataSet Load(string csv, Func<DataSettings, DataSettings>? change = null) =>
        _folder.Load(csv, settings =>
        {
            var second = settings with { Rules = 2 };
            return change?.Invoke(second) ?? second;
        });

    private static string Lines(string labels) => string.Concat(labels.Split(' ').Select((label, i) => $"{i * i},{label}\n"));
}
