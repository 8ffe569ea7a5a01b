using Distributed.Learning.Metrics;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Specification;

public sealed class JobHistoryTests
{
    private static readonly EpochPlan Plan = new(SampleJobs.With(10, 4, 2, epochs: 9)); // boundaries at 3, 6, 9 …

    [Fact]
    public void The_last_two_checkpoints_and_the_best_are_kept()
    {
        var history = Begun();
        history.Apply(At(3));
        history.Apply(Decided(0, isBest: true));
        foreach (var step in new long[] { 4, 5, 6 }) history.Apply(At(step));
        Assert.Equal([3, 5, 6], history.Checkpoints.Select(checkpoint => checkpoint.Step));
        history.Apply(Decided(1, isBest: true));
        history.Apply(At(7));
        Assert.Equal([6, 7], history.Checkpoints.Select(checkpoint => checkpoint.Step));
        Assert.Equal(6, history.BestCheckpoint(Plan)!.Step);
    }

    [Fact]
    public void While_the_best_epoch_is_not_durable_the_best_one_before_it_is_read()
    {
        var history = Begun();
        Assert.Null(history.DurableBest(Plan));
        history.Apply(Decided(0, isBest: true));
        history.Apply(At(3));
        history.Apply(At(5));
        history.Apply(Decided(1, isBest: false));
        history.Apply(Decided(2, isBest: true));
        Assert.Null(history.BestCheckpoint(Plan));
        Assert.Equal(3, history.DurableBest(Plan)!.Step);
        history.Apply(At(9));
        Assert.Equal(9, history.DurableBest(Plan)!.Step);
    }

    [Fact]
    public void A_rewind_forgets_the_checkpoints_above_it()
    {
        var history = Begun();
        history.Apply(At(3));
        history.Apply(At(5));
        history.Apply(new LineageStarted(2, 3, 1));
        Assert.Equal([3], history.Checkpoints.Select(checkpoint => checkpoint.Step));
        history.Apply(new LineageStarted(3, null, 1));
        Assert.Empty(history.Checkpoints);
    }

    [Fact]
    public void An_epoch_is_decided_once()
    {
        var history = Begun();
        history.Apply(Decided(0, isBest: true));
        history.Apply(Decided(0, isBest: false));
        Assert.True(Assert.Single(history.Decisions).IsBest);
    }

    [Fact]
    public void Steps_are_open_up_to_the_first_undecided_epoch()
    {
        var history = Begun();
        Assert.Equal(0, history.OpenThrough(Plan, _ => false));
        history.Apply(Decided(0, isBest: true));
        Assert.Equal(0, history.OpenThrough(Plan, _ => false)); // the best epoch's checkpoint is missing
        Assert.Equal(1, history.OpenThrough(Plan, step => step == 3));
        history.Apply(At(3));
        Assert.Equal(1, history.OpenThrough(Plan, _ => false));
    }

    [Fact]
    public void A_stop_closes_what_comes_after_it()
    {
        var history = Begun();
        history.Apply(At(3));
        history.Apply(Decided(0, isBest: true));
        history.Apply(Decided(1, isBest: false, StopReason.Patience));
        Assert.Equal(1, history.OpenThrough(Plan, _ => true));
    }

    [Fact]
    public void An_event_of_another_journal_is_refused() => Assert.Throws<ArgumentException>(() => Begun().Apply(new Foreign()));

    private sealed record Foreign : JournalEvent;

    private static JobHistory Begun()
    {
        var history = new JobHistory();
        history.Apply(new JobSubmitted(SampleJobs.With(10, 4, 2, epochs: 9), new RunOptions()));
        history.Apply(new TermStarted(1));
        history.Apply(new LineageStarted(1, null, 1));
        return history;
    }

    private static CheckpointCommitted At(long step) => new(new Checkpoint(step, 1, [new SnapshotPart(0, 26, "p", step, 0)], default(ShardMetrics), 26));

    private static EpochDecided Decided(int epoch, bool isBest, StopReason? stop = null) => new(epoch, isBest, stop, SampleJobs.Loss(1));
}
