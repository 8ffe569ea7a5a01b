using Akka.Event;
using Distributed.Cluster.ParameterBlocks;
using Distributed.Cluster.Tests.Actors;
using Distributed.Protocol.Journal;

namespace Distributed.Cluster.Tests.ParameterBlocks;

/// <summary>The answers of a store to a block that loads.</summary>
public sealed class SnapshotLoadingTests : ActorSpec
{
    private static readonly IReadOnlyList<SnapshotPart> Parts = [new SnapshotPart(0, 4, "nowhere", 3, 0)];

    private readonly SnapshotLoading _loading;

    public SnapshotLoadingTests() => _loading = new SnapshotLoading(Sys, SampleJob.Id, block: 0, NoLogger.Instance);

    [Fact]
    public async Task A_part_that_is_missing_is_unreadable()
    {
        var answer = Assert.IsType<PartsUnreadable>(await _loading.BeginAsync(1, Parts));
        Assert.Equal(1, answer.Lineage);
        Assert.Contains("nowhere", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_between_attempts_grows_to_a_bound()
    {
        await Snapshots.OnLoad.Fail();
        var delayed = Assert.IsType<PartsDelayed>(await _loading.BeginAsync(1, Parts));
        var waits = new List<double>();
        for (var attempt = 0; attempt < 8; attempt++)
        {
            waits.Add(delayed.Wanted.Wait.TotalSeconds);
            var again = _loading.OnDelayed(delayed);
            delayed = Assert.IsType<PartsDelayed>(await _loading.AgainAsync(again!)!);
        }
        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5], waits);
    }

    [Fact]
    public async Task A_store_that_is_back_is_asked_for_the_same_parts()
    {
        await Snapshots.OnLoad.Fail();
        var delayed = Assert.IsType<PartsDelayed>(await _loading.BeginAsync(1, Parts));
        await Snapshots.OnLoad.Pass();
        Assert.IsType<PartsUnreadable>(await _loading.AgainAsync(_loading.OnDelayed(delayed)!)!); // the store's own answer
    }

    [Fact]
    public async Task Another_lineage_ends_the_attempts_of_the_one_before()
    {
        await Snapshots.OnLoad.Fail();
        var delayed = Assert.IsType<PartsDelayed>(await _loading.BeginAsync(1, Parts));
        var again = _loading.OnDelayed(delayed)!;
        await _loading.BeginAsync(2, Parts);
        Assert.Null(_loading.OnDelayed(delayed));
        Assert.Null(_loading.AgainAsync(again));
    }
}
