using Akka.Persistence;
using Akka.TestKit;
using Distributed.Cluster.ParameterBlocks;
using Distributed.Cluster.Stores;
using Distributed.Cluster.Tests.Actors;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;

namespace Distributed.Cluster.Tests.ParameterBlocks;

/// <summary>The outcomes of the store's answers; the block is a probe.</summary>
public sealed class SnapshotSavingsTests : ActorSpec
{
    private readonly TestProbe _block;
    private readonly SnapshotSavings _savings;

    public SnapshotSavingsTests()
    {
        _block = CreateTestProbe();
        _savings = new SnapshotSavings(new SnapshotStore(Sys, _block.Ref), Outage, "block");
    }

    [Fact]
    public async Task A_snapshot_whose_parts_are_durable_is_told_once()
    {
        var saving = await BeginAsync(step: 3);
        _savings.Store(saving);
        var stored = Next<SaveSnapshotSuccess>(_block).Metadata;
        var outcome = _savings.Take(stored.PersistenceId, null);
        Assert.Equal((saving, null), (outcome!.Saving, outcome.Failure));
        Assert.Equal((stored.PersistenceId, 3L), (Assert.Single(outcome.Stored).PersistenceId, outcome.Stored[0].SequenceNumber));
        Assert.Null(_savings.Take(stored.PersistenceId, null));
        Assert.Null(_savings.SealAsync(1, 3)); // no longer held
    }

    [Fact]
    public async Task An_attempt_that_failed_is_repeated_under_another_name()
    {
        await Snapshots.OnSave.Fail();
        var saving = await BeginAsync(step: 3);
        _savings.Store(saving);
        var first = Next<SaveSnapshotFailure>(_block);
        var outcome = _savings.Take(first.Metadata.PersistenceId, first.Cause.Message);
        Assert.Equal(first.Cause.Message, outcome!.Failure);
        await Snapshots.OnSave.Pass();
        _savings.Store(saving);
        var second = Next<SaveSnapshotSuccess>(_block).Metadata;
        Assert.NotEqual(first.Metadata.PersistenceId, second.PersistenceId);
        Assert.Null(_savings.Take(first.Metadata.PersistenceId, null)); // a late answer to the first attempt
        Assert.Null(_savings.Take(second.PersistenceId, null)!.Failure);
    }

    [Fact]
    public async Task The_wait_between_attempts_grows_to_a_bound()
    {
        var saving = await BeginAsync(step: 3);
        var waits = Enumerable.Range(0, 8).Select(_ => saving.NextWait().TotalSeconds).ToList();
        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5], waits);
    }

    [Fact]
    public async Task The_parts_of_a_snapshot_that_was_forgotten_on_its_way_are_deleted()
    {
        var saving = await BeginAsync(step: 3);
        _savings.Store(saving);
        _savings.Forget(1, 3);
        var stored = Next<SaveSnapshotSuccess>(_block).Metadata;
        Assert.Equal(1, await CountAsync(stored));
        Assert.Null(_savings.Take(stored.PersistenceId, null));
        Assert.Equal(0, await CountAsync(stored)); // read after the deletion, by the same actor
    }

    [Fact]
    public async Task A_snapshot_that_was_forgotten_before_it_is_stored_stays_out_of_the_store()
    {
        var saving = await BeginAsync(step: 3);
        _savings.Forget(1, 3);
        _savings.Store(saving);
        await CountAsync(new SnapshotMetadata("any", 1, DateTime.UtcNow)); // the store would have answered the earlier request first
        Assert.False(_block.HasMessages);
    }

    [Fact]
    public void Copies_of_a_large_block_are_reused_from_checkpoint_to_checkpoint()
    {
        // Five parts, of which four have one length; 512 Ki parameters and their state vector are 4 MiB.
        const int Parameters = 4 * BlockPartCodec.MaximumParameters + 1;
        var snapshot = new BlockSnapshot(SampleJob.Id, 0, 1, 1, new IndexRange(0, Parameters), new float[Parameters], new float[Parameters], default);
        var copies = new SnapshotCopies();
        new SnapshotSaving(snapshot, copies).Free();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) new SnapshotSaving(snapshot, copies).Free();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private async Task<SnapshotSaving> BeginAsync(long step)
    {
        _savings.Copy(new BlockSnapshot(SampleJob.Id, 0, 1, step, new IndexRange(0, 4), new float[4], new float[4], default));
        return (await _savings.SealAsync(1, step)!).Saving;
    }

    private async Task<int> CountAsync(SnapshotMetadata part)
    {
        var found = await Akka.Actor.Futures.Ask<LoadSnapshotResult>(
            SnapshotStore, new LoadSnapshot(part.PersistenceId, SnapshotSelectionCriteria.Latest, long.MaxValue), Bound);
        return found.Snapshot is null ? 0 : 1;
    }
}
