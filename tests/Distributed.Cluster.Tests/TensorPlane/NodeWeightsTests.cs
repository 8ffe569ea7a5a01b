using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Tests.TensorPlane;

public sealed class NodeWeightsTests
{
    private static readonly JobId Job = new("job"), Other = new("other");

    private readonly NodeWeights _nodeWeights = new();

    [Fact]
    public void A_jobs_vectors_go_with_its_last_block_on_the_node()
    {
        _nodeWeights.Enter(Job);
        _nodeWeights.Enter(Job);
        var first = _nodeWeights.Rent(Job, 1, 100, 0);
        _nodeWeights.Leave(Job);
        Assert.True(_nodeWeights.Rent(Job, 1, 100, 2).Equals(first)); // the other block continues in the same memory
        _nodeWeights.Leave(Job);

        _nodeWeights.Enter(Job);
        Assert.False(_nodeWeights.Rent(Job, 1, 100, 2).Equals(first));
        Assert.Equal(1, _nodeWeights.JobCount);
    }

    [Fact]
    public void Finished_jobs_leave_nothing_behind_and_disturb_nobody()
    {
        _nodeWeights.Enter(Other);
        var kept = _nodeWeights.Rent(Other, 3, 10, 1);
        for (var i = 0; i < 100; i++)
        {
            var job = new JobId($"job-{i}");
            _nodeWeights.Enter(job);
            _nodeWeights.Rent(job, 1, 1000, 0);
            _nodeWeights.Leave(job);
        }
        Assert.Equal(1, _nodeWeights.JobCount);
        Assert.True(_nodeWeights.Rent(Other, 3, 10, 3).Equals(kept));
    }

    [Fact]
    public void Slices_of_this_nodes_blocks_find_their_vector_whatever_lies_elsewhere()
    {
        _nodeWeights.Enter(Job);
        var vector = _nodeWeights.Rent(Job, 1, 100, 4);
        ReadOnlyMemory<float>[] slices = [new float[32], vector.Slice(32, 32), new float[36]];
        Assert.True(_nodeWeights.TryFindVector(Job, slices, 100, out var found));
        Assert.True(found.Equals(vector));

        _nodeWeights.Enter(Job); // another block is here, and none of its slices is in the vector: its range is not free
        Assert.False(_nodeWeights.TryFindVector(Job, slices, 100, out _));
        slices[2] = vector.Slice(64, 36);
        Assert.True(_nodeWeights.TryFindVector(Job, slices, 100, out _));
        slices[2] = _nodeWeights.Rent(Job, 1, 100, 5).Slice(64, 36); // of another version's vector
        Assert.False(_nodeWeights.TryFindVector(Job, slices, 100, out _));
    }

    [Fact]
    public void Slices_of_other_nodes_find_none() =>
        Assert.False(_nodeWeights.TryFindVector(Job, [new float[50], new float[50]], 100, out _));
}
