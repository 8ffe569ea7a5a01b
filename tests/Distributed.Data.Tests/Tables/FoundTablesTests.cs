using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests.Tables;

/// <summary>Several files as one table, and files of other formats.</summary>
public sealed class FoundTablesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void All_files_that_match_a_pattern_are_one_table()
    {
        var rows = Enumerable.Range(0, 9_000).Select(i => (Number: $"{i}{(i % 3 == 0 ? ",5" : ",25")}", Kind: i % 7 == 0 ? "NA" : $"k{i % 5}", Class: "xy"[i % 2])).ToArray();
        var whole = _folder.Write("all.csv", "a;k;c\n" + string.Concat(rows.Select(row => $"{row.Number};{row.Kind};{row.Class}\n")));
        _folder.Write("part-1.csv", "a;k;c\n" + string.Concat(rows[..4_000].Select(row => $"{row.Number};{row.Kind};{row.Class}\n")));
        _folder.Write("part-2.csv", "c|more|k|a\n" + string.Concat(rows[4_000..7_000].Select(row => $"{row.Class}|0|{row.Kind}|{row.Number}\n")));
        _folder.Write("part-3.jsonl", string.Concat(rows[7_000..].Select(row => $"{{\"a\": \"{row.Number}\", \"k\": \"{row.Kind}\", \"c\": \"{row.Class}\"}}\n")));

        var parts = Load(_folder["part-*"]);
        Assert.Equal(Load(whole).Sha256, parts.Sha256);
        Assert.Contains("3 files are read as one table: \"part-1.csv\", \"part-2.csv\", \"part-3.jsonl\"", parts.Notes.Select(told => $"{told}"));
        Assert.Equal(9_000, DataSets.LoadInputs(_folder["part-*"], parts.Encoding).Rows);
        Assert.Equal(9_000, DataSets.LoadSamples(_folder["part-?.*"], parts.Encoding).Rows);
    }

    [Fact]
    public void A_file_that_lacks_a_column_of_the_first_is_refused_by_its_name()
    {
        _folder.Write("p1.csv", "a,c\n1,x\n2,y\n");
        _folder.Write("p2.csv", "b,c\n1,x\n2,y\n");
        Assert.Equal(
            "p2.csv, line 1, column \"a\": the file lacks this column, which the first one has; its columns are \"b\", \"c\"",
            _folder.Shorten(Assert.Throws<DataException>(() => Load(_folder["p*.csv"])).Message));
        Assert.Contains("there is no such file", Assert.Throws<DataException>(() => Load(_folder["q*.csv"])).Message, StringComparison.Ordinal);
        Assert.Contains("there is no such file", Assert.Throws<DataException>(() => DataSets.Load(new DataSettings { Source = _folder["p*.csv"], Rules = 2 })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ORC\0", "this is an ORC file and no text; write it as Parquet or CSV")]
    [InlineData("SQLite format 3\0", "this is an SQLite database and no text; write a query as CSV: sqlite3 -header -csv file 'select …'")]
    public void A_file_of_another_format_is_refused_by_what_it_is(string bytes, string message) =>
        Assert.Equal("data.csv: " + message, _folder.Shorten(Assert.Throws<DataException>(() => Load(_folder.Write("data.csv", bytes + "\u0001\u0002 more"))).Message));

    [Theory]
    [InlineData("BZh")]
    [InlineData("BZh9 1AY&SY")]
    [InlineData("PAR1")]
    [InlineData("ARROW1")]
    [InlineData("FEA1")]
    [InlineData("ORC")]
    public void A_header_that_begins_like_another_format_is_a_header(string name) =>
        Assert.Equal(name, Load(_folder.Write("data.csv", name + ",c\n1,x\n2,y\n")).Encoding.Columns[0].Name);

    public void Dispose() => _folder.Dispose();

    private static EncodedDataSet Load(string source) => DataSets.Load(new DataSettings { Source = source, Rules = 3, Validation = "0" });
}
