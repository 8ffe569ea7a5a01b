using System.Text;
using CsCheck;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests.Tables;

/// <summary>JSON lines and arrays of objects as tables.</summary>
public sealed class JsonRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("{\"a\": 1, \"k\": \"p\", \"c\": \"x\"}\n{\"a\": 2.5, \"k\": null, \"c\": \"y\"}\n{\"k\": \"q\", \"c\": \"x\", \"a\": 4}\n")]
    [InlineData("[{\"a\": 1, \"k\": \"p\", \"c\": \"x\"},\n {\"a\": 2.5, \"c\": \"y\"}, {\"a\": 4, \"k\": \"q\", \"c\": \"x\"}]")]
    [InlineData("\uFEFF\n{\"a\": 1, \"k\": \"p\", \"c\": \"x\"}\r\n\n {\"a\": \"2.5\", \"k\": \"\", \"c\": \"y\"}\n{\"a\": 4, \"k\": \"q\", \"c\": \"x\"}")]
    public void Each_object_is_a_row_and_null_or_no_member_is_missing(string json) =>
        Assert.Equal(Load("a,k,c\n1,p,x\n2.5,,y\n4,q,x\n").Sha256, Load(json).Sha256);

    [Fact]
    public void Flags_and_nested_values_are_texts_and_the_target_is_the_last_member_that_appears()
    {
        var data = Load("{\"f\": true, \"n\": {\"x\": 1}}\n{\"f\": false, \"n\": [1], \"t\": \"x\"}\n{\"f\": true, \"n\": [1], \"t\": \"y\"}\n");
        Assert.Equal("t", data.Encoding.Target.Name);
        Assert.Equal(["false", "true"], data.Encoding.Columns[0].Categories);
        Assert.Equal(2, data.Training.Rows);
    }

    [Theory]
    [InlineData("{\"a\": 1}\n{\"a\": \n", "data.csv, line 2: this is not valid JSON")]
    [InlineData("{\"a\": 1}\n[1]\n", "data.csv, line 2: a row is an array and no object")]
    [InlineData("{\"a\": 1}\nb,c\n", "data.csv, line 2: this is not valid JSON")]
    [InlineData("{}", "data.csv: all columns are ignored")]
    public void What_is_no_table_is_refused_in_one_line(string json, string message)
    {
        var error = _folder.Shorten(Assert.Throws<DataException>(() => Load(json)).Message);
        Assert.StartsWith(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Any_change_of_its_bytes_gives_samples_or_an_explained_refusal()
    {
        var whole = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 12).Select(i => $"{{\"a\": {i}.5, \"größe\": \"{"pq"[i % 2]}\", \"d\": null, \"c\": \"{"xy"[i % 2]}\"}}\n")));
        ByteChange.Of(whole).Sample(
            bytes =>
            {
                try
                {
                    DataSets.Load(new DataSettings { Source = _folder.Write("data.jsonl", bytes), Rules = 3 });
                }
                catch (DataException error)
                {
                    Assert.DoesNotContain('\n', error.Message);
                }
            },
            iter: 1_000, threads: 1);
    }

    [SharedFileTheory("tables")]
    [InlineData("rows.jsonl")]
    public void The_shared_lines_are_read(string name)
    {
        var data = DataSets.Load(new DataSettings { Source = SharedData.Folder(Path.Combine("tables", name)), Rules = 3 });
        Assert.Equal("length:Number species:Text", string.Join(' ', data.Encoding.Columns.Select(column => $"{column.Name}:{column.Kind}")));
        Assert.Equal("group", data.Encoding.Target.Name);
    }

    public void Dispose() => _folder.Dispose();

    private EncodedDataSet Load(string text) => _folder.Load(text, settings => settings with { Rules = 3 });
}
