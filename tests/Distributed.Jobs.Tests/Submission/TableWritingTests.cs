using System.Text;
using System.Text.Json;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Tables;
using Distributed.Jobs.Submission;
using Distributed.Jobs.Training;

namespace Distributed.Jobs.Tests.Submission;

public sealed class TableWritingTests
{
    [Fact]
    public void A_job_file_and_a_program_say_how_a_table_is_written()
    {
        var file = JobFile.Parse(Encoding.UTF8.GetBytes(
            """
            { "data": "x.csv", "column": { "zip, old": "category", "day": "date" }, "missing": ["unknown", "-1", "a,b"], "delimiter": "tab",
              "decimal": "comma", "encoding": "latin1", "noHeader": true, "sheet": "2024", "ignore": ["last, \"first\"", "id"] }
            """), "x.json");
        var program = new TrainingSettings
        {
            Data = TrainingData.FromFile("x.csv"),
            Column = new Dictionary<string, ColumnUse> { ["zip, old"] = ColumnUse.Category, ["day"] = ColumnUse.Date },
            Missing = ["unknown", "-1", "a,b"],
            Delimiter = "\t",
            Decimal = NumberNotation.Comma,
            Encoding = "latin1",
            NoHeader = true,
            Sheet = "2024",
            Ignore = ["last, \"first\"", "id"],
        }.Give();

        foreach (var given in new[] { file, program, Again(file), Again(program) })
        {
            var source = JobResolution.SourceOf(given, null);
            Assert.Equal(["last, \"first\"", "id"], source.Ignore);
            var format = source.Format!;
            Assert.Equal(["unknown", "-1", "a,b"], format.Missing);
            Assert.Equal([("zip, old", ColumnUse.Category), ("day", ColumnUse.Date)], format.Columns!.Select(use => (use.Key, use.Value)));
            Assert.Equal(("\t", NumberNotation.Comma, "latin1", true, "2024"), (format.Delimiter, format.Decimal, format.Encoding, format.NoHeader, format.Sheet));
        }
        Assert.Null(JobResolution.SourceOf(new GivenSettings(), null).Format);
    }

    [Fact]
    public void Rows_in_memory_have_no_delimiter_and_a_model_of_older_rules_knows_none()
    {
        var settings = new TrainingSettings { Data = TrainingData.FromArrays(new float[2, 1], (int[])[0, 1]), Delimiter = ";" };
        Assert.Contains("delimiter belongs to a file", Assert.Throws<SettingException>(settings.Give).Message, StringComparison.Ordinal);

        var given = new GivenSettings();
        given.Give(Settings.NoHeader, true);
        var encoding = new FeatureEncoding { Rules = 2, Target = new TargetEncoding { Name = "y", Task = TaskKind.Regress } };
        Assert.Contains("no-header: the model reads tables by rules of an earlier release", Assert.Throws<SettingException>(() => TableWriting.Of(given, encoding)).Message, StringComparison.Ordinal);
        Assert.True(TableWriting.Of(given, encoding with { Rules = 3, Format = new TableFormat { Delimiter = ";" } }) is { NoHeader: true, Delimiter: ";" });
    }

    [Fact]
    public void A_remark_names_its_setting_in_the_words_of_the_door()
    {
        var note = new DataNote("column \"a\" is left out", new SettingHint("no-header", "true", "keeps it"));
        Assert.Equal("column \"a\" is left out; NoHeader true keeps it", note.Say(TrainingSettingException.PropertyOf));
        Assert.Equal("column \"a\" is left out; --no-header true keeps it", note.ToString());
    }

    [Theory]
    [InlineData("a,b", "a", "b")]
    [InlineData(" \"last, first\" , b ", "last, first", "b")]
    [InlineData("\"say \"\"yes\"\"\",5\" pipe", "say \"yes\"", "5\" pipe")]
    [InlineData(",a", "", "a")]
    public void A_word_with_a_comma_stands_in_quotation_marks(string text, params string[] words)
    {
        Assert.Equal(words, QuotedWords.Split(text));
        Assert.Equal(words, QuotedWords.Split(QuotedWords.Join(words)));
    }

    /// <summary>As a client sends it to a cluster.</summary>
    private static GivenSettings Again(GivenSettings given) =>
        JobFile.Parse(JsonSerializer.SerializeToUtf8Bytes(given.Texts.ToDictionary(text => text.Setting.Member, text => text.Text)), "again.json");
}
