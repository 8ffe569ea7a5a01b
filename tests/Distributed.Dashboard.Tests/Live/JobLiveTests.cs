using Distributed.Dashboard.Live;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Dashboard.Tests.Live;

public sealed class JobLiveTests
{
    private static readonly JobId Job = new("a");
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Progress_gives_a_speed_and_the_time_that_is_left()
    {
        var live = new JobLive().With(new JobStarted(Job, 0, 1_000, 100, 2), Begin);
        for (var second = 0; second <= 10; second++) live = live.With(new JobProgressed(Job, 0, second * 50, 0, 1, null, 2), Begin.AddSeconds(second));
        Assert.Equal(50, live.StepsPerSecond!.Value, 6);
        Assert.Equal(TimeSpan.FromSeconds(10), live.Left);
        Assert.Equal(0.5, live.Share);
        Assert.Null(live.With(new JobWaiting(Job, "no worker"), Begin).Left);
    }

    [Fact]
    public void A_worker_that_leaves_is_one_line_and_the_same_number_is_none()
    {
        var live = new JobLive().With(new JobStarted(Job, 0, 10, 10, 3), Begin).With(new WorkersChanged(Job, 3), Begin);
        Assert.Single(live.Events);
        live = live.With(new WorkersChanged(Job, 2), Begin);
        Assert.Equal("1 worker left: 2 of 3 go on", live.Events[0].Text);
        Assert.Equal("1 worker joined: 3", live.With(new WorkersChanged(Job, 3), Begin).Events[0].Text);
    }

    [Fact]
    public void Epochs_come_in_order_and_one_that_is_told_twice_counts_once()
    {
        var live = new JobLive();
        foreach (var epoch in (int[])[0, 0, 1, 5]) live = live.With(new EpochEnded(Job, epoch, new EpochDecided(epoch, false, null, new EpochMetrics { TrainLoss = 1 })), Begin);
        Assert.Equal([0, 1], live.Epochs.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void The_timeline_is_bounded_and_keeps_the_newest()
    {
        var live = new JobLive();
        for (var step = 1; step <= 1_000; step++) live = live.With(new CheckpointSaved(Job, step), Begin);
        Assert.Equal(JobLive.MostEvents, live.Events.Count);
        Assert.Equal("checkpoint at step 1,000", live.Events[0].Text);
    }

    [Fact]
    public void Jobs_that_end_while_a_page_is_open_are_told_once()
    {
        var ended = new EndedJobs();
        Assert.Empty(ended.Look([Summary("old", true), Summary("new", false)]));
        Assert.Equal(["new"], ended.Look([Summary("old", true), Summary("new", true)]).Select(job => job.Id));
        Assert.Empty(ended.Look([Summary("old", true), Summary("new", true)]));
    }

    [Fact]
    public void A_pacer_does_the_first_at_once_and_the_last_of_the_others_after_the_pause()
    {
        var clock = new FakeTimeProvider();
        var done = new List<int>();
        using var pacer = new Pacer(TimeSpan.FromSeconds(1), clock);
        foreach (var i in Enumerable.Range(0, 5)) pacer.Run(() => done.Add(i));
        Assert.Equal([0], done);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 4], done);
        clock.Advance(TimeSpan.FromSeconds(5));
        pacer.Run(() => done.Add(9));
        Assert.Equal([0, 4, 9], done);
    }

    private static JobSummary Summary(string id, bool isOver) => new()
    {
        Id = id,
        State = isOver ? JobPhase.Completed : JobPhase.Running,
        Data = "digits",
        SubmittedAt = Begin,
        EndedAt = isOver ? Begin : null,
    };
}
