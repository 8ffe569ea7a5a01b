using Distributed.Cluster.Datasets;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Protocol.Datasets;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Tests.Datasets;

public sealed class SampleCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-cache-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_data_set_is_written_once_and_borrowed_as_it_was()
    {
        using var cache = Open();
        var data = Buyers(1);
        Assert.Null(cache.Borrow(data.Sha256));
        await cache.AddAsync(data, CancellationToken.None);
        await cache.AddAsync(data, CancellationToken.None);
        using var borrowed = cache.Borrow(data.Sha256)!;
        Assert.True(SampleFile.Check(borrowed.Samples, data.Sha256));
        Assert.Equal(SampleFile.LengthOf(data) + ChunkList.SizeOf(SampleFile.LengthOf(data)), cache.UsedBytes);
        Assert.Single(Directory.GetFiles(_folder, "*.safetensors"));
        Assert.Empty(Directory.GetFiles(_folder, "*.part"));
    }

    [Fact]
    public async Task What_was_used_longest_ago_and_is_not_in_use_goes_first()
    {
        var sets = Enumerable.Range(1, 4).Select(seed => Buyers((ulong)seed)).ToArray();
        using var cache = Open(3 * BytesOf(sets[0]) + 5000);
        for (var i = 0; i < 3; i++) await cache.AddAsync(sets[i], CancellationToken.None);
        using var inUse = cache.Borrow(sets[0].Sha256);
        cache.Borrow(sets[1].Sha256)!.Dispose();

        await cache.AddAsync(sets[3], CancellationToken.None);
        Assert.Equal([true, true, false, true], sets.Select(data => cache.Find(data.Sha256) is not null));
        await cache.AddAsync(sets[2], CancellationToken.None);
        Assert.Equal([true, false, true, true], sets.Select(data => cache.Find(data.Sha256) is not null));
        Assert.True(cache.UsedBytes <= cache.Bound);
    }

    [Fact]
    public async Task A_data_set_that_does_not_fit_is_refused_with_the_reason()
    {
        var (first, second) = (Buyers(1), Buyers(2));
        using (var small = Open(BytesOf(first) - 1))
        {
            var refusal = await Assert.ThrowsAsync<TrainingException>(() => small.AddAsync(first, CancellationToken.None));
            Assert.Contains("keeps at most", refusal.Message, StringComparison.Ordinal);
        }
        using var cache = Open(BytesOf(first) + 1000);
        await cache.AddAsync(first, CancellationToken.None);
        using (cache.Borrow(first.Sha256))
        {
            var refusal = await Assert.ThrowsAsync<TrainingException>(() => cache.AddAsync(second, CancellationToken.None));
            Assert.Contains("needed by other jobs", refusal.Message, StringComparison.Ordinal);
        }
        await cache.AddAsync(second, CancellationToken.None);
        Assert.Null(cache.Find(first.Sha256));
    }

    [Fact]
    public async Task The_next_process_finds_what_is_whole_and_believes_it_only_when_it_is_right()
    {
        var (good, damaged, torn) = (Buyers(1), Buyers(2), Buyers(3));
        using (var cache = Open())
            foreach (var data in new[] { good, damaged, torn }) await cache.AddAsync(data, CancellationToken.None);
        var bytes = File.ReadAllBytes(PathOf(damaged));
        bytes[^20] ^= 1;
        File.WriteAllBytes(PathOf(damaged), bytes);
        File.WriteAllBytes(PathOf(torn), File.ReadAllBytes(PathOf(torn))[..^4]);
        File.WriteAllText(Path.Combine(_folder, "7.part"), "half");

        using var next = Open();
        Assert.Empty(Directory.GetFiles(_folder, "*.part"));
        Assert.NotNull(next.Find(good.Sha256)); // can be sent immediately: receivers verify
        Assert.Null(next.Borrow(good.Sha256));
        Assert.True(await next.CheckAsync(good.Sha256));
        Assert.NotNull(next.Borrow(good.Sha256));
        Assert.False(await next.CheckAsync(damaged.Sha256));
        Assert.Null(next.Find(damaged.Sha256));
        Assert.Null(next.Find(torn.Sha256));
        Assert.Single(Directory.GetFiles(_folder, "*.safetensors"));
    }

    [Fact]
    public async Task A_smaller_bound_than_before_lets_the_oldest_go()
    {
        using (var cache = Open())
            for (var seed = 1UL; seed <= 3; seed++) await cache.AddAsync(Buyers(seed), CancellationToken.None);
        File.SetLastWriteTimeUtc(PathOf(Buyers(2)), DateTime.UtcNow.AddDays(1));
        using var next = Open(BytesOf(Buyers(1)) + 1000);
        Assert.NotNull(next.Find(Buyers(2).Sha256));
        Assert.Single(Directory.GetFiles(_folder, "*.safetensors"));
    }

    [Fact]
    public async Task The_data_of_a_job_that_is_not_over_stays_also_over_a_restart()
    {
        var (held, other) = (Buyers(1), Buyers(2));
        var job = new JobId("job");
        using (var cache = Open(BytesOf(held) + 1000))
        {
            await cache.AddAsync(held, CancellationToken.None);
            cache.Hold(held.Sha256, job);
            cache.Hold(held.Sha256, job);
        }
        using var next = Open(BytesOf(held) + 1000);
        Assert.Equal([job], next.HoldingJobs);
        await Assert.ThrowsAsync<TrainingException>(() => next.AddAsync(other, CancellationToken.None));
        Assert.NotNull(next.Find(held.Sha256));
        next.Unhold(job);
        await next.AddAsync(other, CancellationToken.None);
        Assert.Null(next.Find(held.Sha256));
        Assert.Equal(3, Directory.GetFiles(_folder).Length); // the owner file, a data set, and its chunk list
    }

    [Fact]
    public void A_folder_has_one_owner_at_a_time()
    {
        using (Open())
            Assert.Contains("--data-dir", Assert.Throws<TrainingException>(() => Open()).Message, StringComparison.Ordinal);
        Open().Dispose();
    }

    [Fact]
    public void A_node_without_a_port_has_a_folder_that_goes_with_it_and_removes_what_others_left()
    {
        var left = Directory.CreateDirectory(Path.Combine(_folder, "passing-killed"));
        File.WriteAllText(Path.Combine(left.FullName, "data"), "left behind");
        using var first = DataFolder.OpenDefault(_folder, "127.0.0.1", 0);
        using (var second = DataFolder.OpenDefault(_folder, "127.0.0.1", 0))
        {
            Assert.NotEqual(first.Path, second.Path);
            Assert.Equal(2, Directory.GetDirectories(_folder).Length);
        }
        Assert.Equal([first.Path], Directory.GetDirectories(_folder));
        using var named = DataFolder.OpenDefault(_folder, "[::1]", 4800);
        Assert.Equal("___1_-4800", Path.GetFileName(named.Path));
    }

    private SampleCache Open(long bound = 1L << 30) => SampleCache.Open(_folder, bound, "127.0.0.1", 0);

    private string PathOf(EncodedDataSet data) => Path.Combine(_folder, data.Sha256 + ".safetensors");

    private static long BytesOf(EncodedDataSet data) => SampleFile.LengthOf(data) + ChunkList.SizeOf(SampleFile.LengthOf(data));

    private static EncodedDataSet Buyers(ulong seed) => DataSets.Load(new DataSettings { Source = "buyers", Seed = seed });
}
