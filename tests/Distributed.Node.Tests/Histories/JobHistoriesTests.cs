using Distributed.Cluster;
using Distributed.Cluster.Stores;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Node.Histories;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Node.Tests.Histories;

public sealed class JobHistoriesTests
{
    private static readonly JobId Job = new("j");
    private static readonly DateTimeOffset Submitted = DateTimeOffset.UnixEpoch;

    private readonly List<JournalRow> _journal = [];
    private readonly List<(JobId Job, long After)> _reads = [];
    private TaskCompletionSource? _holdUp;

    [Fact]
    public async Task A_history_is_read_once_and_then_only_what_came_since()
    {
        Write(Begun, Epoch(0), Epoch(1));
        var histories = new JobHistories(ReadAsync, long.MaxValue);
        Assert.Equal(2, (await ReadAsync(histories)).History.Decisions.Count);
        Write(Epoch(2));
        var picture = await ReadAsync(histories);
        Assert.Equal([0, 1, 2], picture.History.Decisions.Select(decision => decision.Epoch));
        Assert.Equal(["begins: at most 9 epochs, 1 parameter block", "epoch 1", "epoch 2", "epoch 3"], picture.Log.Select(row => LogText.Of(row.Event)!.Split(": training")[0]));
        Assert.Equal([(Job, 0), (Job, 3)], _reads);
    }

    [Fact]
    public async Task Readers_that_come_together_share_two_readings_and_none_misses_what_was_written_before_it_asked()
    {
        Write(Begun, Epoch(0));
        _holdUp = new TaskCompletionSource();
        var histories = new JobHistories(ReadAsync, long.MaxValue);
        var first = ReadAsync(histories);
        await UntilAsync(() => _reads.Count == 1);
        Write(Epoch(1)); // the reading that is under way may have missed it
        var others = Enumerable.Range(0, 20).Select(_ => ReadAsync(histories)).ToList();
        _holdUp.SetResult();
        Assert.Single((await first).History.Decisions);
        Assert.All(await Task.WhenAll(others), picture => Assert.Equal(2, picture.History.Decisions.Count));
        Assert.Equal(2, _reads.Count);
    }

    [Fact]
    public async Task A_picture_that_a_reader_holds_never_changes_and_the_journal_of_an_ended_job_is_not_read_again()
    {
        Write(Begun, Epoch(0));
        var histories = new JobHistories(ReadAsync, long.MaxValue);
        var early = await ReadAsync(histories);
        Write(Epoch(1), new JobEnded(JobOutcome.Completed, 20, StopReason.Epochs, null));
        var late = await ReadAsync(histories);
        Assert.Same(late, await ReadAsync(histories));
        Assert.Equal((1, 2, 2), (early.History.Decisions.Count, late.History.Decisions.Count, _reads.Count));
        Assert.Null(early.History.End);
    }

    [Fact]
    public async Task A_summary_takes_the_place_of_what_it_sums_up_as_in_the_journal()
    {
        Write(Begun, Epoch(0), Epoch(1));
        var histories = new JobHistories(ReadAsync, long.MaxValue);
        var before = await ReadAsync(histories);
        Write(before.History.Summarize(), Epoch(2));
        var picture = await ReadAsync(histories);
        Assert.Equal(3, picture.History.Decisions.Count);
        _journal.RemoveRange(0, 3);
        var afresh = await ReadAsync(new JobHistories(ReadAsync, long.MaxValue));
        Assert.Equal(afresh.Log, picture.Log);
        Assert.Equal(afresh.History.Decisions, picture.History.Decisions);
    }

    [Fact]
    public async Task At_the_bound_the_least_recently_read_history_is_dropped_and_one_alone_may_be_larger()
    {
        Write(Begun, Epoch(0));
        var histories = new JobHistories(ReadAsync, 1);
        for (var i = 0; i < 3; i++) await histories.ReadAsync(new JobId($"j{i}"), Submitted, CancellationToken.None);
        await histories.ReadAsync(new JobId("j2"), Submitted, CancellationToken.None);
        await histories.ReadAsync(new JobId("j0"), Submitted, CancellationToken.None);
        Assert.Equal([("j0", 0), ("j1", 0), ("j2", 0), ("j2", 2), ("j0", 0)], _reads.Select(read => (read.Job.Value, read.After)));
        Assert.InRange(histories.Bytes, 1, 10_000);
    }

    [Fact]
    public async Task A_later_job_of_the_same_name_has_a_history_of_its_own()
    {
        Write(Begun, Epoch(0));
        var histories = new JobHistories(ReadAsync, long.MaxValue);
        await ReadAsync(histories);
        _journal.Clear();
        Write(Begun);
        Assert.Empty((await histories.ReadAsync(Job, Submitted.AddSeconds(1), CancellationToken.None)).History.Decisions);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_fails_its_readers_and_is_asked_again_by_the_next()
    {
        var fails = true;
        var histories = new JobHistories((job, after) => fails ? Task.FromException<IReadOnlyList<JournalRow>>(new TrainingException("the store is away")) : ReadAsync(job, after), long.MaxValue);
        await Assert.ThrowsAsync<TrainingException>(() => ReadAsync(histories));
        fails = false;
        Write(Begun, Epoch(0));
        Assert.Single((await ReadAsync(histories)).History.Decisions);
    }

    [Fact]
    public void An_epoch_is_written_once_for_all()
    {
        var texts = new EpochTexts();
        var (seventh, first) = (texts.Of(Epoch(7)), texts.Of(Epoch(0)));
        Assert.Equal(seventh, texts.Of(Epoch(7)));
        Assert.Equal(seventh.Length + first.Length, texts.Bytes);
    }

    private static JobSubmitted Begun => new(new JobSpecification
    {
        Data = new DataIdentity("", 100, 0),
        Network = new NetworkSpecification { Inputs = 1, Outputs = 2 },
        Optimizer = new OptimizerSpecification(),
        Schedule = new ScheduleSpecification(),
        Epochs = 9,
        BatchSize = 10,
        ShardSize = 10,
        Seed = 1,
    }, new RunOptions());

    private static EpochDecided Epoch(int epoch) => new(epoch, true, null, new EpochMetrics { TrainLoss = 1.0 / (epoch + 1) });

    private static Task<HistoryPicture> ReadAsync(JobHistories histories) => histories.ReadAsync(Job, Submitted, CancellationToken.None);

    private async Task<IReadOnlyList<JournalRow>> ReadAsync(JobId job, long after)
    {
        lock (_reads) _reads.Add((job, after));
        IReadOnlyList<JournalRow> rows = [.. _journal.Where(row => row.Number > after)];
        if (_holdUp is { } holdUp) await holdUp.Task;
        return rows;
    }

    private void Write(params JournalEvent[] events)
    {
        foreach (var journalEvent in events) _journal.Add(new JournalRow((_journal.LastOrDefault()?.Number ?? 0) + 1, journalEvent, Submitted.AddMinutes(_journal.Count)));
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var until = DateTime.UtcNow.AddSeconds(30); !isSo(); await Task.Delay(1)) Assert.True(DateTime.UtcNow < until, "it does not come");
    }
}
