using CsCheck;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Tests.Planning;

public sealed class AssignmentTests
{
    [Fact]
    public void Missing_leaves_are_asked_of_the_workers_that_they_fall_to()
    {
        var assignment = new Assignment(1, [new WorkerShare(new WorkerId("a"), 1), new WorkerShare(new WorkerId("b"), 0), new WorkerShare(new WorkerId("c"), 1)]);
        IndexRange[] gaps = [new(1, 1), new(3, 4), new(9, 1)];
        Assert.Equal(
            [("a", new IndexRange(1, 1)), ("a", new IndexRange(3, 2)), ("c", new IndexRange(5, 2)), ("c", new IndexRange(9, 1))],
            assignment.OwnersOf(10, gaps).Select(part => (part.Worker.Value, part.Leaves)));
        Assert.Empty(Assignment.None.OwnersOf(10, gaps));
    }

    [Fact]
    public void Runs_cover_every_leaf_once_in_the_order_of_the_shares() =>
        Gen.Select(Gen.Int[0, 1000].Array[1, 20], Gen.Int[1, 3000]).Sample((weights, leaves) =>
        {
            var assignment = Of(weights);
            var next = 0;
            for (var i = 0; i < weights.Length; i++)
            {
                var run = assignment.RunAt(i, leaves);
                Assert.Equal(run, assignment.RunOf(assignment.Shares[i].Worker, leaves));
                if (weights[i] == 0) Assert.Equal(0, run.Count);
                if (run.Count == 0) continue;
                Assert.Equal(next, run.First);
                next = run.End;
            }
            Assert.Equal(weights.Sum() == 0 ? 0 : leaves, next);
        });

    [Fact]
    public void Runs_follow_the_weights_within_a_shard() =>
        Gen.Select(Gen.Int[1, 1000].Array[1, 20], Gen.Int[1, 3000]).Sample((weights, leaves) =>
        {
            var total = weights.Sum();
            for (var i = 0; i < weights.Length; i++)
                Assert.InRange(Of(weights).RunAt(i, leaves).Count - (double)leaves * weights[i] / total, -1, 1);
        });

    [Fact]
    public void Weights_of_the_largest_size_do_not_overflow() =>
        Assert.Equal(65_536, Of([int.MaxValue, int.MaxValue]).RunAt(1, 65_536).End);

    [Fact]
    public void A_stranger_has_no_run()
    {
        var assignment = Of([1, 0]);
        Assert.Equal(default, assignment.RunOf(new WorkerId("other"), 10));
        Assert.False(assignment.Lists(new WorkerId("other")));
        Assert.True(assignment.Lists(new WorkerId("w1")));
    }

    private static Assignment Of(int[] weights) => new(1, [.. weights.Select((weight, i) => new WorkerShare(new WorkerId($"w{i}"), weight))]);
}
