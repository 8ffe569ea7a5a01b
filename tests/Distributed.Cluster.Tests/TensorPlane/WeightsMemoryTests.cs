using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;

namespace Distributed.Cluster.Tests.TensorPlane;

public sealed class WeightsMemoryTests
{
    private static readonly BlockLayout Layout = new(100, 2);

    private readonly WeightsMemory _memory = new(new NodeWeights(), new JobId("job"));

    [Fact]
    public void Versions_alternate_between_two_places()
    {
        var places = Enumerable.Range(0, 6).Select(version => _memory.Rent(1, Layout, 1, version)).ToArray();
        for (var version = 2; version < places.Length; version++) Assert.True(places[version - 2].Equals(places[version])); // the same memory, not the same numbers
        Assert.False(places[0].Span.Overlaps(places[1].Span));
    }

    [Fact]
    public void What_a_socket_still_reads_is_not_written_by_later_versions()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var reading = new List<(long Version, Memory<float> Values, IDisposable Hold)>();
        for (var version = 0L; version < 2000; version++)
        {
            var values = _memory.Rent(1 + version / 500, Layout, 0, version);
            values.Span.Fill(version);
            if (random.Next(3) > 0) reading.Add((version, values, _memory.Read(version)));
            while (reading.Count > 5 || (reading.Count > 0 && random.Next(3) == 0))
            {
                var (read, memory, hold) = reading[random.Next(reading.Count)];
                Assert.True(memory.Span.IndexOfAnyExcept((float)read) < 0, $"version {read} was overwritten before it was sent; seed {seed}");
                reading.RemoveAll(entry => ReferenceEquals(entry.Hold, hold) && entry.Version == read);
                hold.Dispose();
            }
        }
    }

    [Fact]
    public void The_version_before_stays_beside_the_new_one()
    {
        var before = _memory.Rent(1, Layout, 0, 0);
        before.Span.Clear();
        using var hold = _memory.Read(0);
        for (var version = 1L; version < 50; version++)
        {
            var next = _memory.Rent(1, Layout, 0, version);
            next.Span.Fill(version);
            Assert.True(before.Span.IndexOfAnyExcept((float)(version - 1)) < 0);
            before = next;
        }
    }
}
