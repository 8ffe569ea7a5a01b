using System.IO.Compression;
using System.IO.Pipes;
using System.Text;
using CsCheck;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Tests;

namespace Distributed.Data.Tests;

/// <summary>Zip archives, and what can be read once only.</summary>
public sealed class ContainerTests : IDisposable
{
    private static readonly byte[] Table = Encoding.UTF8.GetBytes("a,c\n" + string.Concat(Enumerable.Range(0, 3_000).Select(i => $"{i * i % 971},{"xy"[i % 2]}\n")));

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_only_file_of_a_zip_archive_is_read()
    {
        var plain = Load("plain.csv", Table);
        Assert.Equal(plain, Load("table.zip", Zip(("table.csv", Table))));
        Assert.Equal(plain, Load("mac.zip", Zip(("folder/", []), ("folder/table.csv", Table), ("__MACOSX/folder/._table.csv", [1]), ("folder/.DS_Store", [2]))));
    }

    [Fact]
    public void An_archive_of_several_files_or_a_damaged_workbook_is_refused()
    {
        Assert.Equal("two.zip: the zip archive holds 2 files; one table is needed: unpack it, or pack the table alone", Refusal("two.zip", Zip(("a.csv", Table), ("b.csv", Table))));
        Assert.StartsWith("book.xlsx: the Excel workbook is damaged, or in a form that is not read: ", Refusal("book.xlsx", Zip(("xl/workbook.xml", [1]), ("xl/sheet1.xml", [1]))), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_change_of_an_archives_bytes_gives_the_same_table_or_a_refusal()
    {
        var packed = Zip(("table.csv", Table));
        var plain = Load("plain.csv", Table);
        ByteChange.Of(packed).Sample(
            bytes =>
            {
                try
                {
                    var path = _folder.Write("changed.zip", bytes);
                    Assert.Equal(plain, DataSets.Load(new DataSettings { Source = path, Rules = 3 }).Sha256);
                }
                catch (DataException error)
                {
                    Assert.DoesNotContain('\n', error.Message);
                }
            },
            iter: 1_000, threads: 1);
    }

    [Fact]
    public async Task A_pipe_is_read_once_and_messages_name_it()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Assert.Equal(Load("plain.csv", Table), await Piped(Table, path => DataSets.Load(new DataSettings { Source = path, Rules = 3 }).Sha256));
        Assert.Equal(
            Load("plain.csv", Table), await Piped(Zip(("table.csv", Table)), path => DataSets.Load(new DataSettings { Source = path, Rules = 1 }).Sha256));
        var message = await Piped(Encoding.UTF8.GetBytes("a,c\n1\n"), path =>
            Assert.Throws<DataException>(() => DataSets.Load(new DataSettings { Source = path, Rules = 3 })).Message.Replace(path, "PIPE", StringComparison.Ordinal));
        Assert.StartsWith("PIPE, line 2: the row has 1 cell and the header 2", message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<T> Piped<T>(byte[] bytes, Func<string, T> read)
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle);
        var writing = Task.Run(() =>
        {
            pipe.Write(bytes);
            pipe.Dispose();
        });
        var answer = read($"/proc/self/fd/{client.SafePipeHandle.DangerousGetHandle()}");
        await writing.WaitAsync(TimeSpan.FromSeconds(30));
        return answer;
    }

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }

        return bytes.ToArray();
    }

    private string Load(string name, byte[] bytes) => DataSets.Load(new DataSettings { Source = _folder.Write(name, bytes), Rules = 3 }).Sha256;

    private string Refusal(string name, byte[] bytes) => _folder.Shorten(Assert.Throws<DataException>(() => Load(name, bytes)).Message);
}
