using Distributed.Data.Sets;
using Distributed.Node.Datasets;

namespace Distributed.Node.Tests.Datasets;

public sealed class ParsedUploadsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parsed-uploads-").FullName;

    [Fact]
    public void A_table_is_given_away_once_and_the_last_two_are_kept()
    {
        var uploads = new ParsedUploads();
        var tables = Enumerable.Range(1, 3).Select(Table).ToArray();
        for (var i = 0; i < tables.Length; i++) uploads.Keep($"{i}", tables[i]);
        uploads.Keep("2", tables[2]);

        Assert.Null(uploads.Take("0"));
        Assert.Same(tables[1], uploads.Take("1"));
        Assert.Null(uploads.Take("1"));
        Assert.Same(tables[2], uploads.Take("2"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ParsedTable Table(int number)
    {
        var file = Path.Combine(_folder, $"{number}.csv");
        File.WriteAllText(file, $"a,b\n{number},x\n{number + 1},y\n");
        return ParsedTable.Of(file);
    }
}
