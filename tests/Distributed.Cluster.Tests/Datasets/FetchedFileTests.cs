using Distributed.Cluster.Datasets;
using Distributed.Cluster.Messages;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Protocol.Datasets;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Tests.Datasets;

/// <summary>The phases of a file that is fetched, in a real folder.</summary>
public sealed class FetchedFileTests : IDisposable
{
    private static readonly EncodedDataSet Buyers = DataSets.Load(new DataSettings { Source = "buyers", Seed = 1 });
    private static readonly string[] Sources = ["first", "second"];

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-fetch-").FullName;
    private readonly SampleCache _cache;
    private readonly byte[] _bytes;
    private readonly ChunkList _chunks;
    private readonly FetchedFile _file;

    public FetchedFileTests()
    {
        _cache = SampleCache.Open(Path.Combine(_folder, "here"), 1 << 24, "127.0.0.1", 0);
        _bytes = BytesOf(Buyers);
        _chunks = ChunkList.Of(_bytes.Length, (at, into) => _bytes.AsSpan((int)at, into.Length).CopyTo(into.Span));
        _file = new FetchedFile(_chunks.Root, _cache.Reserve(_bytes.Length, out _)!);
    }

    public void Dispose()
    {
        _file.Dispose();
        _cache.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Only_an_offer_of_the_same_chunks_and_length_is_of_this_file()
    {
        var offer = new DataAvailable(Buyers.Sha256, _chunks.Root, _bytes.Length, new DataEndpoint("first", []));
        Assert.True(_file.IsOffered(offer));
        Assert.False(_file.IsOffered(offer with { Root = "another" }));
        Assert.False(_file.IsOffered(offer with { Length = _bytes.Length + 4 }));
    }

    [Fact]
    public void One_source_at_a_time_is_asked_for_the_chunk_list()
    {
        Assert.Empty(_file.Plan([], Seconds(1)));
        Assert.Equal([("first", DataChunk.ChunkListIndex)], _file.Plan(Sources, Seconds(1)));
        Assert.Empty(_file.Plan(Sources, Seconds(2)));
        _file.OnBusy("first", DataChunk.ChunkListIndex, Seconds(2));
        Assert.Equal([("first", DataChunk.ChunkListIndex)], _file.Plan(Sources, Seconds(3)));
        Assert.False(_file.Lose("second", "gone"));
        Assert.True(_file.Lose("first", "gone"));
        Assert.Equal([("second", DataChunk.ChunkListIndex)], _file.Plan(["second"], Seconds(3)));
    }

    [Fact]
    public void A_source_that_is_silent_about_the_chunk_list_is_named_after_a_while()
    {
        Assert.Null(_file.SilentAboutList(Seconds(100)));
        _file.Plan(Sources, Seconds(1));
        Assert.Null(_file.SilentAboutList(Seconds(5.9)));
        Assert.Equal("first", _file.SilentAboutList(Seconds(6)));
        Assert.True(_file.TryTakeList(_chunks.Bytes.Span, out _));
        Assert.Null(_file.SilentAboutList(Seconds(100)));
    }

    [Fact]
    public void A_damaged_chunk_list_is_not_taken_and_is_asked_for_again()
    {
        _file.Plan(Sources, Seconds(1));
        var damaged = _chunks.Bytes.ToArray();
        damaged[^1] ^= 1; // another file's
        Assert.False(_file.TryTakeList(damaged, out var reason));
        Assert.Null(reason);
        Assert.False(_file.TryTakeList(damaged.AsSpan(1), out reason));
        Assert.NotNull(reason);
        Assert.True(_file.AwaitsList);
        Assert.NotEmpty(_file.Plan(Sources, Seconds(1)));
    }

    [Fact]
    public async Task A_damaged_chunk_is_not_written_and_the_whole_is_kept_once_it_is_right()
    {
        Begin();
        var wrong = Chunk(0);
        wrong[3] ^= 1;
        Assert.False(_file.TryTake("first", 0, wrong));
        Assert.Contains("first", _file.LastFailure, StringComparison.Ordinal);
        Assert.True(_file.HasUsableSource); // the second
        for (var index = 0; index < _chunks.Count; index++)
        {
            Assert.False(_file.IsComplete);
            Assert.True(_file.TryTake("second", index, Chunk(index)));
        }
        Assert.True(_file.IsComplete);
        var samples = await _file.CheckAsync(Buyers.Sha256);
        Assert.True(_file.IsChecking);
        Assert.True(SampleFile.Check(samples!, Buyers.Sha256));
        Assert.NotNull(_cache.Find(Buyers.Sha256));
    }

    [Fact]
    public async Task A_file_of_other_samples_is_deleted()
    {
        Begin();
        for (var index = 0; index < _chunks.Count; index++) _file.TryTake("first", index, Chunk(index));
        Assert.Null(await _file.CheckAsync(new string('0', 64)));
        Assert.Equal(0, _cache.UsedBytes);
    }

    [Fact]
    public void A_file_that_is_given_up_is_deleted()
    {
        Assert.NotEqual(0, _cache.UsedBytes);
        _file.Dispose();
        Assert.Equal(0, _cache.UsedBytes);
    }

    private void Begin()
    {
        Assert.True(_file.TryTakeList(_chunks.Bytes.Span, out _));
        foreach (var source in Sources) _file.Add(source);
        Assert.NotEmpty(_file.Plan(Sources, Seconds(1)));
    }

    private byte[] Chunk(int index) => _bytes.AsSpan((int)ChunkList.PlaceOf(index), _chunks.LengthOf(index)).ToArray();

    private byte[] BytesOf(EncodedDataSet data)
    {
        var path = Path.Combine(_folder, "samples");
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite)) SampleFile.Write(data, file, CancellationToken.None);
        return File.ReadAllBytes(path);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
