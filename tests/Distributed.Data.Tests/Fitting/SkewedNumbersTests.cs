using System.Globalization;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Tests;

namespace Distributed.Data.Tests.Fitting;

/// <summary>Rules of version 4: numbers with a long tail are learned as their logarithms.</summary>
public sealed class SkewedNumbersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_long_tail_becomes_logarithms_and_a_note_says_so()
    {
        var data = Load(i => Math.Exp(Spread(i) * 9));
        var column = data.Encoding.Columns[0];
        Assert.True(column.Tolerance!.IsLogarithmic);
        var logs = Enumerable.Range(0, 60).Select(i => Spread(i) * 9).ToArray();
        Assert.Equal(logs.Average(), column.Mean, 1e-9);
        Assert.Equal(((EncodedSamples)data.Training).Features[7], (float)((logs[7] - column.Mean) / column.Scale), 1e-6f);
        Assert.Contains("numbers with a long tail are learned as their logarithms: \"x\"", data.Notes.Select(note => note.Text));
    }

    [Fact]
    public void Older_rules_learn_the_numbers_themselves()
    {
        var data = Load(i => Math.Exp(Spread(i) * 9), rules: 3);
        Assert.False(data.Encoding.Columns[0].Tolerance!.IsLogarithmic);
        Assert.DoesNotContain(data.Notes, note => note.Text.Contains("logarithms", StringComparison.Ordinal));
    }

    [Fact]
    public void Even_numbers_those_that_are_not_all_positive_and_few_ones_stay_as_they_are()
    {
        Assert.False(IsLogarithmic(Load(i => 1 + Spread(i))));
        Assert.False(IsLogarithmic(Load(i => i == 5 ? 0 : Math.Exp(Spread(i) * 9))));
        Assert.False(IsLogarithmic(Load(i => -Math.Exp(Spread(i) * 9))));
        Assert.False(IsLogarithmic(Load(i => Math.Exp(Spread(i) * 9), rows: SkewedNumbers.FewestRows - 1)));
        Assert.False(IsLogarithmic(Load(i => i == 7 ? 1e6 : 100 + Spread(i)))); // one outlier: its logarithm is one too
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("1e-300")]
    [InlineData("1e300")]
    [InlineData("")]
    [InlineData("word")]
    public void Any_later_cell_is_a_finite_input(string cell)
    {
        var encoding = Load(i => Math.Exp(Spread(i) * 9)).Encoding;
        var inputs = new float[encoding.Inputs];
        encoding.EncodeRow(new Dictionary<string, string> { ["x"] = cell }, inputs);
        Assert.InRange(inputs[0], -5f, 20f);
    }

    [Fact]
    public void A_model_from_outside_cannot_take_the_logarithm_of_what_has_none()
    {
        var encoding = Load(i => Math.Exp(Spread(i) * 9)).Encoding;
        var column = encoding.Columns[0];
        Assert.Null(encoding.Validate());
        Assert.Contains("above 0 for its logarithm", (encoding with { Columns = [column with { Tolerance = column.Tolerance! with { Lowest = 0 } }] }).Validate(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Numbers from 0 to 1, evenly, in another order than the rows.</summary>
    private static double Spread(int row) => row * 37 % 60 / 59.0;

    private static bool IsLogarithmic(EncodedDataSet data) => data.Encoding.Columns[0].Tolerance!.IsLogarithmic;

    private EncodedDataSet Load(Func<int, double> number, int rows = 60, int rules = 4) => _folder.Load(
        "x,v\n" + string.Concat(Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"{number(i)},{i % 7}.5\n"))),
        settings => settings with { Rules = rules });
}
