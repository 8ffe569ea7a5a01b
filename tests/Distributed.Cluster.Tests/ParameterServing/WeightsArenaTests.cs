using Distributed.Protocol;

namespace Distributed.Cluster.Tests.ParameterServing;

public sealed class WeightsArenaTests
{
    private static readonly JobId Job = new("job"), Other = new("other");

    private readonly WeightsArena _arena = new();

    [Fact]
    public void A_jobs_vectors_go_with_its_last_block_on_the_node()
    {
        _arena.Enter(Job);
        _arena.Enter(Job);
        var first = _arena.Rent(Job, 1, 100, 0);
        _arena.Leave(Job);
        Assert.True(_arena.Rent(Job, 1, 100, 2).Equals(first)); // the other block goes on in the same memory
        _arena.Leave(Job);

        _arena.Enter(Job);
        Assert.False(_arena.Rent(Job, 1, 100, 2).Equals(first));
        Assert.Equal(1, _arena.JobCount);
    }

    [Fact]
    public void Finished_jobs_leave_nothing_behind_and_disturb_nobody()
    {
        _arena.Enter(Other);
        var kept = _arena.Rent(Other, 3, 10, 1);
        for (var i = 0; i < 100; i++)
        {
            var job = new JobId($"job-{i}");
            _arena.Enter(job);
            _arena.Rent(job, 1, 1000, 0);
            _arena.Leave(job);
        }
        Assert.Equal(1, _arena.JobCount);
        Assert.True(_arena.Rent(Other, 3, 10, 3).Equals(kept));
    }
}
