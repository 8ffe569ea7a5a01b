using System.Globalization;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Tests;

namespace Distributed.Data.Tests.Sets;

public sealed class ParsedTableTests : IDisposable
{
    private const int Rows = 60;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void What_was_parsed_for_a_description_is_learned_from_without_the_file()
    {
        var path = Mixed();
        var settings = new DataSettings { Source = path, Rules = DataSettings.NewestRules, Seed = 4 };
        var choosy = settings with { Target = "price", Ignore = ["id"], Format = new TableFormat { Columns = new Dictionary<string, ColumnUse> { ["zip"] = ColumnUse.Number } } };
        var parsed = ParsedTable.Of(path);
        var expected = new[] { settings, choosy }.Select(DataSets.Load).ToArray();
        File.Delete(path);

        foreach (var (data, read) in new[] { settings, choosy }.Select(known => DataSets.Load(known, parsed)).Zip(expected))
        {
            Assert.Equal(read.Sha256, data.Sha256);
            Assert.Equal(read.Notes, data.Notes);
        }
    }

    [Fact]
    public void Settings_that_read_cells_otherwise_and_older_rules_parse_the_file()
    {
        var path = _folder.Write("data.csv", "a,c\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => $"{(i % 9 == 0 ? "x" : i)},{"pq"[i % 2]}\n")));
        var parsed = ParsedTable.Of(path);
        foreach (var settings in new[]
        {
            new DataSettings { Source = path, Rules = 3, Format = new TableFormat { Missing = ["x"] } },
            new DataSettings { Source = path, Rules = 3, Format = new TableFormat { NoHeader = true } },
            new DataSettings { Source = path, Rules = 2, Text = ["a"] },
        })
            Assert.Equal(DataSets.Load(settings).Sha256, DataSets.Load(settings, parsed).Sha256);
    }

    [Fact]
    public void Each_column_is_told_what_it_is_taken_for_and_why()
    {
        var columns = ParsedTable.Of(Mixed()).Profile.Columns.ToDictionary(column => column.Name);
        Assert.Equal(
            [("", ColumnRole.Index), ("day", ColumnRole.Date), ("id", ColumnRole.Identifier), ("key", ColumnRole.Identifier), ("none", ColumnRole.Empty),
             ("one", ColumnRole.Constant), ("price", ColumnRole.Number), ("town", ColumnRole.Category), ("yes", ColumnRole.Flag), ("zip", ColumnRole.Category)],
            columns.Values.Select(column => (column.Name, column.Role)).OrderBy(pair => pair.Name, StringComparer.Ordinal));
        Assert.Equal(Rows / 6, columns["price"].Missing);
        Assert.Equal("column \"zip\" is read as categories, because codes begin with a zero; --column zip=number reads the numbers", columns["zip"].Why.ToString());
        Assert.Equal("each value is a date; --column day=category takes the dates as names", columns["day"].Why.ToString());
        Assert.Contains("--column id=number keeps it", columns["id"].Why.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Mixed() => _folder.Write("mixed.csv", ",id,price,zip,day,town,key,one,none,yes\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => string.Create(
        CultureInfo.InvariantCulture,
        $"{i},{i * 7 + 3},{(i % 6 == 0 ? "NA" : $"{i * 1.5}")},0{i % 4}1,2024-0{i % 9 + 1}-11,{"ABC"[i % 3]}town,k{i},same,,{(i % 2 == 0 ? "yes" : "no")}\n"))));
}
