using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Tables;
using Distributed.Tests;

namespace Distributed.Data.Tests.Fitting;

/// <summary>A column decides which rows are held back.</summary>
public sealed class ColumnSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("p{0}")]
    [InlineData("{0}")]
    [InlineData("{0}.5")]
    public void Rows_of_one_group_are_on_one_side_and_the_group_is_no_input(string cell)
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var data = Load("patient,x,v\n" + Lines(60, i => $"{string.Format(null, cell, i * i % 11)},{i},{i % 7}.5"), settings => settings with { Group = "patient", Seed = seed });
            Assert.Equal(["x"], data.Encoding.Columns.Select(column => column.Name));
            var (training, validation) = (Rows(data, data.Training), Rows(data, data.Validation!));
            Assert.Equal(Enumerable.Range(0, 60), training.Concat(validation).Order());
            Assert.Empty(training.Select(GroupOf).Intersect(validation.Select(GroupOf)));
            Assert.InRange(validation.Length, 1, 30);
        }

        static int GroupOf(int row) => row * row % 11;
    }

    [Fact]
    public void Seeds_draw_other_groups_and_each_draws_its_own_again()
    {
        string Load(ulong seed) => this.Load("g,x,v\n" + Lines(60, i => $"p{i % 12},{i},{i % 7}.5"), settings => settings with { Group = "g", Seed = seed }).Sha256;
        Assert.Equal(Load(1), Load(1));
        Assert.True(Enumerable.Range(1, 8).Select(seed => Load((ulong)seed)).Distinct().Count() > 4);
    }

    [Fact]
    public void One_large_group_among_small_ones_stays_on_one_side_and_some_rows_are_on_the_other()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var (training, validation) = SampleSplit.Grouped([0, 0, 0, 0, 0, 0, 0, 0, 1, 2], 3, 0.2, seed);
            Assert.Equal([8, 9], validation);
            Assert.Equal(8, training.Length);
            (training, validation) = SampleSplit.Grouped([0, 0, 0, 0, 1, 1, 1, 1], 2, 0.9, seed);
            Assert.Equal((4, 4), (training.Length, validation.Length));
        }
    }

    [Theory]
    [InlineData("2024-{0:00}-01", false)]
    [InlineData("{0}", false)]
    [InlineData("{0}", true)]
    public void The_latest_rows_are_held_back_also_where_the_order_is_no_input(string cell, bool ignored)
    {
        // The month of a row: 1, 8, 3, 10, 5, 12, …
        var data = Load("day,x,v\n" + Lines(24, i => $"{string.Format(null, cell, 1 + i * 7 % 12)},{i},{i % 5}.5"), settings => settings with
        {
            Order = "day",
            Ignore = ignored ? ["day"] : [],
            Validation = "0.25",
        });
        Assert.Equal(Enumerable.Range(0, 24).Where(i => 1 + i * 7 % 12 > 9), Rows(data, data.Validation!));
        Assert.Equal(ignored ? ["x"] : ["day", "x"], data.Encoding.Columns.Select(column => column.Name));
    }

    [Fact]
    public void Of_equal_rows_the_later_ones_in_the_file_are_held_back() =>
        Assert.Equal([1, 4], SampleSplit.Latest([1, 2, 1, 1, 2, 0], 0.34).Validation);

    [Fact]
    public void A_class_that_one_side_lacks_is_told()
    {
        var data = Load("day,x,kind\n" + Lines(20, i => $"{i},{i % 3},{(i < 10 ? "old" : i < 18 ? "mid" : "new")}"), settings => settings with { Order = "day", Validation = "0.1" });
        var told = data.Notes.Select(note => note.Text).ToList();
        Assert.Contains($"no row of these classes is on the training side, so that they are never answered: {RawTable.List(["new"])}", told);
        Assert.Contains($"no row of these classes is on the validation side: {RawTable.List(["mid", "old"])}", told);
    }

    [Fact]
    public void The_last_column_is_no_target_where_it_splits() =>
        Assert.Equal("v", Load("x,v,g\n" + Lines(20, i => $"{i},{i % 7}.5,{i % 5}"), settings => settings with { Group = "g" }).Encoding.Target.Name);

    [Theory]
    [InlineData("g,x,v\n1,1,1.5\n1,2,2.5\n1,3,3.5\n", "g", null, "all rows are of one group")]
    [InlineData("g,x,v\n1,1,1.5\n2,2,2.5\n1,3,3.5\n", "h", null, "there is no such column to split by")]
    [InlineData("g,x,v\n1,1,1.5\n2,2,2.5\n1,3,3.5\n", "v", null, "the target column cannot split the rows too")]
    [InlineData("g,x,v\n1,1,1.5\n,2,2.5\n1,3,3.5\n", null, "g", "the cell is no number and no date, so the row has no place in the order")]
    [InlineData("g,x,v\na,1,1.5\nb,2,2.5\nc,3,3.5\n", null, "g", "the cell is no number and no date, so the row has no place in the order")]
    public void A_column_that_cannot_split_is_refused(string csv, string? group, string? order, string problem) =>
        Assert.Equal(problem, Assert.Throws<DataException>(() => Load(csv, settings => settings with { Group = group, Order = order, Target = "v" })).Problem);

    public void Dispose() => _folder.Dispose();

    /// <summary>The rows of a side, by the column x, which counts them.</summary>
    private static int[] Rows(EncodedDataSet data, ISampleSource side)
    {
        var before = data.Encoding.Columns.TakeWhile(column => column.Name != "x").Sum(column => column.Inputs);
        var x = data.Encoding.Columns.Single(column => column.Name == "x");
        var features = ((EncodedSamples)side).Features.ToArray();
        return [.. Enumerable.Range(0, side.Rows).Select(i => (int)Math.Round(features[i * side.Inputs + before] * x.Scale + x.Mean))];
    }

    private EncodedDataSet Load(string csv, Func<DataSettings, DataSettings> change) => _folder.Load(csv, settings => change(settings with { Rules = 3, Validation = "0.2" }));

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
}
