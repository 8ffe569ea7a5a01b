using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Tests;

namespace Distributed.Data.Tests.Fitting;

/// <summary>A column says how much each row counts.</summary>
public sealed class RowWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Weights_belong_to_their_rows_over_the_mean_of_the_training_rows_and_are_no_input()
    {
        var data = Load("x,w,v\n" + Lines(40, i => $"{i},{1 + i % 4}.5,{i % 7}.5"));
        Assert.Equal(["x"], data.Encoding.Columns.Select(column => column.Name));
        var mean = Rows(data, data.Training).Average(i => 1 + i % 4 + 0.5);
        foreach (var part in new[] { data.Training, data.Validation! })
            Assert.Equal(Rows(data, part).Select(i => (float)((1 + i % 4 + 0.5) / mean)), ((EncodedSamples)part).Weights.ToArray());
        Assert.Contains("column \"w\" says how much each row counts, and is no input", data.Notes.Select(note => note.Text));
    }

    [Fact]
    public void The_unit_of_weights_reaches_no_sample_and_other_weights_do()
    {
        string Sha256(Func<int, double> weight) => Load("x,w,v\n" + Lines(40, i => FormattableString.Invariant($"{i},{weight(i)},{i % 7}.5"))).Sha256;
        Assert.Equal(Sha256(i => 1 + i % 4), Sha256(i => 1024 * (1 + i % 4)));
        Assert.NotEqual(Sha256(i => 1 + i % 4), Sha256(i => 1 + i % 5));
        Assert.NotEqual(Sha256(i => 1), _folder.Load("x,v\n" + Lines(40, i => $"{i},{i % 7}.5"), settings => settings with { Rules = 4, Validation = "0.25" }).Sha256);
    }

    [Fact]
    public void Rows_of_weight_0_are_left_out_and_counted()
    {
        var data = Load("x,w,kind\n" + Lines(40, i => $"{i},{(i % 10 == 3 ? 0 : 2)},{(i % 2 == 0 ? "a" : "b")}"));
        Assert.Equal(Enumerable.Range(0, 40).Where(i => i % 10 != 3), Rows(data, data.Training).Concat(Rows(data, data.Validation!)).Order());
        Assert.Contains("column \"w\" says how much each row counts, and is no input; 4 of 40 rows have weight 0 and are left out", data.Notes.Select(note => note.Text));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("NA")]
    [InlineData("")]
    [InlineData("much")]
    [InlineData("inf")]
    [InlineData("1e999")]
    public void A_cell_that_is_no_weight_is_refused_with_line_and_column(string cell)
    {
        var error = Assert.Throws<DataException>(() => Load("x,w,v\n" + Lines(40, i => $"{i},{(i == 17 ? cell : "1.5")},{i % 7}.5")));
        Assert.Equal(("the cell is no weight", 19, "w"), (error.Problem, error.Line, error.Column));
    }

    [Theory]
    [InlineData("0", "0", "all weights are 0")]
    [InlineData("1", "1e-60", "the weight is too far from the others to be counted")]
    public void Weights_that_cannot_be_counted_are_refused(string first, string others, string problem) =>
        Assert.Equal(problem, Assert.Throws<DataException>(() => Load("x,w,v\n" + Lines(40, i => $"{i},{(i == 0 ? first : others)},{i % 7}.5"))).Problem);

    [Fact]
    public void The_column_is_another_one_than_target_and_group_and_the_last_one_is_no_target()
    {
        var lines = "x,v,w\n" + Lines(40, i => $"{i},{i % 7}.5,{1 + i % 3}");
        Assert.Equal("v", Load(lines).Encoding.Target.Name);
        const string Both = "the column of weights is the target or splits the rows too";
        Assert.Equal(Both, Assert.Throws<DataException>(() => Load(lines, settings => settings with { Target = "w" })).Problem);
        Assert.Equal(Both, Assert.Throws<DataException>(() => Load(lines, settings => settings with { Group = "w" })).Problem);
        Assert.Equal("there is no such column of weights", Assert.Throws<DataException>(() => Load(lines, settings => settings with { Weight = "weight" })).Problem);
    }

    [Fact]
    public void A_separate_validation_file_has_weights_in_the_same_notation()
    {
        var other = _folder["other.csv"];
        File.WriteAllText(other, "w;x;v\n1,500;3;1\n0;4;1\n4,500;5;2\n");
        var lines = "x;w;v\n" + Lines(40, i => $"{i};{1 + i % 4},5;{i % 7},5");
        var data = Load(lines, settings => settings with { Validation = other });
        Assert.Equal([1.5f / 3, 4.5f / 3], ((EncodedSamples)data.Validation!).Weights.ToArray());

        File.WriteAllText(other, "x;v\n3;1\n");
        Assert.Equal("the file lacks the column of weights", Assert.Throws<DataException>(() => Load(lines, settings => settings with { Validation = other })).Problem);
    }

    public void Dispose() => _folder.Dispose();

    private static int[] Rows(EncodedDataSet data, ISampleSource side)
    {
        var x = data.Encoding.Columns.Single(column => column.Name == "x");
        var features = ((EncodedSamples)side).Features.ToArray();
        return [.. features.Select(feature => (int)Math.Round(feature * x.Scale + x.Mean))];
    }

    private EncodedDataSet Load(string csv, Func<DataSettings, DataSettings>? change = null) => _folder.Load(
        csv, settings => (change ?? (same => same))(settings with { Rules = 4, Validation = "0.25", Weight = "w" }));

    private static string Lines(int count, Func<int, string> line) =>
        string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
}
