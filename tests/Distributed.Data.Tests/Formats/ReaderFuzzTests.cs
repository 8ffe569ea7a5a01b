using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using CsCheck;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Tests;
using SharpCompress.Compressors.BZip2;

namespace Distributed.Data.Tests.Formats;

/// <summary>
/// Small valid files of every kind, changed at random: each is read, or refused by a <see cref="DataException"/> of one line; none takes long or
/// much memory.
/// </summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private const int Some = 25, Million = 1_000_000;
    private const long MostBytes = 400L << 20;

    /// <summary>Of the process, which runs other tests too.</summary>
    private const long MostResident = 3L << 30;

    /// <summary>These readers take a damaged length for true and reserve memory that they do not touch.</summary>
    private static readonly string[] Reserving = ["arrow", "feather", "parquet"];

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, Func<byte[]>> Kinds = new(WrittenTable.Formats)
    {
        ["json array"] = () => Encoding.UTF8.GetBytes("[" + string.Join(',', Encoding.UTF8.GetString(WrittenTable.Formats["jsonl"]()).Trim().Split('\n')) + "]"),
        ["gzip"] = () => Packed(bytes => new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true)),
        ["zstd"] = () => Packed(bytes => new ZstdSharp.CompressionStream(bytes, leaveOpen: true)),
        ["bzip2"] = () => Packed(bytes => BZip2Stream.Create(bytes, SharpCompress.Compressors.CompressionMode.Compress, false, true)),
        ["xz"] = () => Convert.FromBase64String("/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AC2AF1dADCLCGCmbFWQgwz2c11AqU6r0GW7IaMaekRxwyU/KnbYuMB2Z7ucdOVrYdiRtRXj8DQBF2g87hKtmc2MMrxkZCN2MDLUTIV6cDhPv00ogHsJXFcvu0jwwwOZuVikYAAAAACRFBUaLm1WQAABebcBAAAAtTsj9bHEZ/sCAAAAAARZWg=="),
        ["zip"] = () => Packed(bytes => new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true) is var archive ? new Entry(archive) : throw new InvalidOperationException()),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names { get; } = [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Some_changed_files_are_read_or_refused(string kind) => Change(kind, Some);

    [Theory, Trait("Category", "Fuzz")]
    [MemberData(nameof(Names))]
    public void A_million_changed_files_are_read_or_refused(string kind) => Change(kind, Million / Kinds.Count);

    public void Dispose() => _folder.Dispose();

    private void Change(string kind, int times)
    {
        var whole = Kinds[kind]();
        var most = Reserving.Any(name => kind.StartsWith(name, StringComparison.Ordinal)) ? long.MaxValue : MostBytes;
        Read(whole, most);
        Gen.OneOf(ByteChange.Of(whole), Flips(whole)).Sample(
            bytes => Assert.True(Task.Run(() => Read(bytes, most)).Wait(Longest), "reading takes too long"), iter: times, threads: 1);
        Assert.InRange(Process.GetCurrentProcess().PeakWorkingSet64, 0, MostResident);
    }

    /// <summary>Small changes of numbers, anywhere.</summary>
    private static Gen<byte[]> Flips(byte[] whole) => Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 3].Select(changes =>
    {
        var bytes = (byte[])whole.Clone();
        foreach (var (at, value) in changes)
            bytes[at] = value;
        return bytes;
    });

    private void Read(byte[] bytes, long most)
    {
        var path = _folder.Write("data", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            DataSets.Load(new DataSettings { Source = path, Rules = 3, Seed = 1 });
        }
        catch (DataException error)
        {
            Assert.DoesNotContain('\n', error.Message);
            Assert.Contains("data", error.Message, StringComparison.Ordinal);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most);
    }

    private static byte[] Packed(Func<MemoryStream, Stream> pack)
    {
        using var bytes = new MemoryStream();
        using (var packer = pack(bytes))
            packer.Write(WrittenTable.Formats["csv"]());
        return bytes.ToArray();
    }

    /// <summary>The only file of an archive, which ends with it.</summary>
    private sealed class Entry(ZipArchive archive) : MemoryStream
    {
        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                using (var entry = archive.CreateEntry("table.csv").Open())
                    entry.Write(ToArray());
                archive.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
