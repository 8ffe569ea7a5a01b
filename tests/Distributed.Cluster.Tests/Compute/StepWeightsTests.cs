using Distributed.Cluster.Compute;
using Distributed.Cluster.TensorPlane;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Tests.Compute;

public sealed class StepWeightsTests
{
    private static readonly JobId Job = new("job");

    private readonly NodeWeights _nodeWeights = new();
    private readonly Network _network = new(new NetworkSpecification { Inputs = 20, Hidden = [16], Outputs = 4 });
    private readonly StepWeights _weights;

    public StepWeightsTests() => _weights = new StepWeights(Job, _network, _nodeWeights);

    private int Count => _network.Layout.Count;

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Slices_from_anywhere_come_out_as_one_vector(int here)
    {
        var layout = new BlockLayout(Count, 3);
        for (var version = 0; version < 6; version++)
        {
            var all = Numbers(Count, version);
            var slices = new ReadOnlyMemory<float>[3];
            for (var block = 0; block < 3; block++)
            {
                if (version == 0 && block < here) _nodeWeights.Enter(Job);
                var memory = block < here ? _nodeWeights.Rent(Job, 1, Count, version).Slice(layout[block].First, layout[block].Count) : new float[layout[block].Count];
                all.AsSpan(layout[block].First, layout[block].Count).CopyTo(memory.Span);
                slices[block] = memory;
            }
            Assert.True(_weights.Prepare(1, new WeightsView(version, slices), 2));
            Assert.Equal(all, _weights.Parameters.ToArray());
            Assert.Equal(here > 0, _weights.Parameters.Equals((ReadOnlyMemory<float>)_nodeWeights.Rent(Job, 1, Count, version)));
        }
    }

    [Fact]
    public void What_one_shard_alone_reads_is_packed_only_when_a_second_one_comes()
    {
        var view = new WeightsView(0, [Numbers(Count, 1)]);
        Assert.True(_weights.Prepare(1, view, 1));
        var none = _weights.Packed;
        Assert.True(_weights.Prepare(1, view, 1));
        Assert.Same(none, _weights.Packed);
        Assert.True(_weights.Prepare(1, view, 2));
        Assert.NotSame(none, _weights.Packed);
        Assert.True(_weights.Prepare(1, new WeightsView(1, [Numbers(Count, 2)]), 1));
        Assert.Same(none, _weights.Packed);
    }

    [Fact]
    public void An_older_version_is_refused_once_a_later_one_is_there()
    {
        Assert.True(_weights.Prepare(2, new WeightsView(5, [Numbers(Count, 1)]), 2));
        var before = _weights.Parameters.ToArray();
        Assert.False(_weights.Prepare(2, new WeightsView(4, [Numbers(Count, 2)]), 2));
        Assert.False(_weights.Prepare(1, new WeightsView(9, [Numbers(Count, 2)]), 2));
        Assert.Equal(before, _weights.Parameters.ToArray());
    }
}
