using Akka.Actor;
using Akka.TestKit;
using Distributed.Cluster.Stores;
using Distributed.Cluster.Tests.Actors;
using Distributed.Protocol.Journal;

namespace Distributed.Cluster.Tests.Stores;

public sealed class JobJournalSpec : ActorSpec
{
    private readonly TestProbe _parent;

    public JobJournalSpec() => _parent = CreateTestProbe();

    [Fact]
    public void An_empty_journal_says_so()
    {
        Start("first");
        var recovered = _parent.ExpectMsg<JournalRecovered>(Bound);
        Assert.Empty(recovered.Events);
        Assert.Equal(0, recovered.SequenceNumber);
    }

    [Fact]
    public void What_was_written_is_told_and_read_again_in_order()
    {
        JournalEvent[] events = [new JobSubmitted(SampleJob.Specification, SampleJob.Options), new TermStarted(1), new LineageStarted(1, null, 1)];
        Write(Start("first"), events);
        Start("second");
        var recovered = _parent.ExpectMsg<JournalRecovered>(Bound);
        Assert.Equal(events, recovered.Events);
        Assert.Equal(events.Length, recovered.SequenceNumber);
    }

    [Fact]
    public void A_summary_takes_the_place_of_the_rows_before_it()
    {
        var history = new JobHistory();
        JournalEvent[] events = [new JobSubmitted(SampleJob.Specification, SampleJob.Options), new TermStarted(1)];
        foreach (var journalEvent in events) history.Apply(journalEvent);
        var journal = Start("first");
        Write(journal, [.. events, history.Summarize()]);
        // Rows are deleted in the background: read until they are gone.
        var reads = 0;
        AwaitAssert(() =>
        {
            Start($"reader-{++reads}");
            var recovered = _parent.ExpectMsg<JournalRecovered>(Bound);
            Assert.IsType<JobSummarized>(Assert.Single(recovered.Events));
            Assert.Equal(3, recovered.SequenceNumber);
        }, Bound);
    }

    [Fact]
    public async Task A_journal_whose_write_fails_stops_and_a_new_one_reads_what_was_durable()
    {
        var journal = Start("first");
        Write(journal, [new TermStarted(1)]);
        _parent.Watch(journal);
        await Journal.OnWrite.Fail();
        journal.Tell(new TermStarted(2));
        _parent.ExpectTerminated(journal, Bound);

        await Journal.OnWrite.Pass();
        Start("second");
        Assert.Equal([new TermStarted(1)], _parent.ExpectMsg<JournalRecovered>(Bound).Events);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_stops_without_a_word()
    {
        Write(Start("first"), [new TermStarted(1)]);
        await Journal.OnRecovery.Fail();
        var journal = Start("second");
        _parent.Watch(journal);
        Assert.Equal(journal, Next<Terminated>(_parent).ActorRef);
    }

    [Fact]
    public async Task Readers_find_a_jobs_history_and_the_failure_of_a_store()
    {
        Write(Start("first"), [new JobSubmitted(SampleJob.Specification, SampleJob.Options), new TermStarted(3)]);
        var read = new TaskCompletionSource<JobHistory>();
        var reader = Sys.ActorOf(JobHistoryReader.Props(SampleJob.Id, read));
        Watch(reader);
        var history = await read.Task.WaitAsync(Bound);
        Assert.Equal((SampleJob.Specification, 3L), (history.Specification, history.Term));
        ExpectTerminated(reader, Bound);

        await Journal.OnRecovery.Fail();
        var refused = new TaskCompletionSource<JobHistory>();
        Sys.ActorOf(JobHistoryReader.Props(SampleJob.Id, refused));
        var failure = await Assert.ThrowsAsync<TrainingException>(() => refused.Task.WaitAsync(Bound));
        Assert.StartsWith("the store cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_finds_the_events_with_their_times()
    {
        Write(Start("first"), [new TermStarted(1), new TermStarted(2)]);
        var read = new TaskCompletionSource<IReadOnlyList<JournalRow>>();
        Watch(Sys.ActorOf(JournalReplay.Props(SampleJob.Id, 0, read)));
        var rows = await read.Task.WaitAsync(Bound);
        Assert.Equal([new TermStarted(1), new TermStarted(2)], rows.Select(row => row.Event));
        Assert.All(rows, row => Assert.InRange(row.At, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5)));
        ExpectMsg<Terminated>(Bound);

        var newer = new TaskCompletionSource<IReadOnlyList<JournalRow>>();
        Sys.ActorOf(JournalReplay.Props(SampleJob.Id, rows[0].Number, newer));
        Assert.Equal([new TermStarted(2)], (await newer.Task.WaitAsync(Bound)).Select(row => row.Event));
    }

    private IActorRef Start(string name) => ChildOf(_parent, JobJournal.Props(SampleJob.Id, Outage), name);

    private void Write(IActorRef journal, IReadOnlyList<JournalEvent> events)
    {
        _parent.ExpectMsg<JournalRecovered>(Bound);
        foreach (var journalEvent in events)
        {
            journal.Tell(journalEvent);
            Assert.Equal(journalEvent, _parent.ExpectMsg<JournalWritten>(Bound).Event);
        }
    }
}
