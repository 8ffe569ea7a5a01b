using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Data.Tables;
using Distributed.Tests;

namespace Distributed.Data.Tests.Surveys;

/// <summary>Rows to predict that hold what training did not see: read as unseen or missing, or refused where that is asked for.</summary>
public sealed class StrictRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("1.5,oak,2024-01-05", null)]
    [InlineData("NA,oak,?", null)]
    [InlineData(",elm,", null)]
    [InlineData("many,oak,2024-01-05", "column \"n\": \"many\" is not a number; correct it; predictions that are not strict read it as missing")]
    [InlineData("1e999,oak,2024-01-05", "column \"n\": \"1e999\" is not a number; correct it; predictions that are not strict read it as missing")]
    [InlineData("1,ash,2024-01-05", "column \"k\": \"ash\" was not among the learned categories; correct it; predictions that are not strict read it as an unseen text")]
    [InlineData("1,NA,2024-01-05", "column \"k\": the cell is missing, and it was not in the rows to learn from; correct it; predictions that are not strict read it as an unseen text")]
    [InlineData("1,oak,2024-13-05", "column \"d\": \"2024-13-05\" is not a date; correct it; predictions that are not strict read it as missing")]
    public void Strict_rows_are_encoded_as_others_or_refused_by_line_and_column(string row, string? refusal)
    {
        var encoding = Load("n,k,d,c\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{(i % 8 == 0 ? "" : i)},{(i % 2 == 0 ? "oak" : "elm")},2024-02-{1 + i % 28:00},{"xy"[i % 2]}\n"))).Encoding;
        var strict = encoding with { IsStrict = true };
        var path = _folder.Write("rows.csv", $"n,k,d\n3,elm,2024-03-01\n{row}\n");
        var cells = row.Split(',').Zip(new[] { "n", "k", "d" }).ToDictionary(cell => cell.Second, cell => cell.First);
        var (usual, inputs) = (new float[encoding.Inputs], new float[encoding.Inputs]);
        encoding.EncodeRow(cells, usual);
        Assert.Equal(2, DataSets.LoadInputs(path, encoding).Rows);
        if (refusal is null)
        {
            strict.EncodeRow(cells, inputs);
            Assert.Equal(usual, inputs);
            DataSets.LoadInputs(path, strict).CopyTo(1, 1, inputs);
            Assert.Equal(usual, inputs);
            return;
        }

        Assert.Equal(refusal, Assert.Throws<DataException>(() => strict.EncodeRow(cells, inputs)).Message);
        Assert.Equal("rows.csv, line 3, " + refusal, _folder.Shorten(Assert.Throws<DataException>(() => DataSets.LoadInputs(path, strict)).Message));
    }

    [Fact]
    public void A_column_of_different_texts_is_kept_where_the_settings_take_it_for_categories()
    {
        var table = "name,size,c\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"n{i},{i * 7 % 31},{"xy"[i % 2]}\n"));
        var left = Load(table);
        Assert.Equal("size", Assert.Single(left.Encoding.Columns).Name);
        Assert.Contains("column \"name\" holds a different text in almost each row, like an identifier, and is left out; --column name=category keeps it", left.Notes.Select(note => note.ToString()));

        var format = new TableFormat { Columns = new Dictionary<string, ColumnUse> { ["name"] = ColumnUse.Category } };
        var kept = Load(table, format);
        Assert.Equal(["name", "size"], kept.Encoding.Columns.Select(column => column.Name));
        Assert.Equal(60, kept.Encoding.Columns[0].Categories.Count);
        Assert.Equal(
            [(ColumnRole.Identifier, ColumnRole.Number), (ColumnRole.Category, ColumnRole.Number)],
            new[] { null, format }.Select(given => DataProfile.OfTable(_folder["data.csv"], given).Columns).Select(columns => (columns[0].Role, columns[1].Role)));
    }

    [Fact]
    public void A_pattern_is_described_as_one_table()
    {
        _folder.Write("p1.csv", "a,c\n1,x\n2,y\n");
        _folder.Write("p2.csv", "c,a\nx,3\n");
        var profile = DataProfile.OfTable(_folder["p*.csv"], null);
        Assert.Equal((3L, 1.0, 3.0), (profile.Rows, profile.Columns[0].Minimum!.Value, profile.Columns[0].Maximum!.Value));
        Assert.True(DataSets.IsTable(_folder["p*.csv"]));
        Assert.True(DataSets.IsTable("-"));
        Assert.False(DataSets.IsTable(_folder["q*.csv"]));
    }

    public void Dispose() => _folder.Dispose();

    private EncodedDataSet Load(string csv, TableFormat? format = null) => _folder.Load(csv, settings => settings with { Rules = 3, Format = format });
}
