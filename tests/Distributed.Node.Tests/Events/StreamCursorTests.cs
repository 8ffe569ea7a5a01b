using System.Buffers;
using System.Text;
using Distributed.Api;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Node.Events;
using Distributed.Node.Histories;
using Distributed.Node.Problems;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Node.Tests.Events;

public sealed class StreamCursorTests
{
    private static readonly JobId Job = new("j");

    [Fact]
    public void A_stream_that_broke_off_anywhere_goes_on_exactly_there_on_another_gateway()
    {
        var all = Tell(StreamCursor.After(null), Picture(epochs: 7, ended: true)).ToList();
        var durable = all.Where(told => told.Id is not null).ToList();
        Assert.Equal(7 + 1 + 1, durable.Count); // epochs, the newest checkpoint, the end
        for (var broken = 0; broken < durable.Count - 1; broken++)
        {
            var rest = Tell(StreamCursor.After(durable[broken].Id), Picture(epochs: 7, ended: true)).Where(told => told.Id is not null);
            Assert.Equal(durable.Skip(broken + 1), rest);
        }
    }

    [Fact]
    public void What_was_missed_while_nobody_listened_is_told_once_and_in_order()
    {
        var picture = Picture(epochs: 2, ended: false);
        var cursor = StreamCursor.After(null);
        Assert.Equal([0, 1], EpochsOf(Tell(cursor, picture)));
        Assert.False(picture.Take(new EpochEnded(Job, 50, Decision(4)))); // two were missed: the journal is to be read
        Assert.Empty(EpochsOf(Tell(cursor, picture)));
        picture.Take(History(5, ended: false));
        Assert.Equal([2, 3, 4], EpochsOf(Tell(cursor, picture)));
        Assert.True(picture.Take(new EpochEnded(Job, 50, Decision(4))));
        Assert.True(picture.Take(new EpochEnded(Job, 60, Decision(5))));
        Assert.Equal([5], EpochsOf(Tell(cursor, picture)));
    }

    [Fact]
    public void Of_progress_only_the_newest_is_told_and_it_moves_no_id()
    {
        var picture = Picture(epochs: 1, ended: false);
        var cursor = StreamCursor.After(null);
        Tell(cursor, picture);
        for (var step = 11; step < 20; step++) picture.Take(new JobProgressed(Job, 1, step, 1, 0.5, null, 1));
        var told = Assert.Single(Tell(cursor, picture));
        Assert.Equal((19L, null), (Assert.IsType<JobProgressed>(told.Event).Step, told.Id));
        Assert.Empty(Tell(cursor, picture));
    }

    [Fact]
    public void Every_reader_hears_first_and_once_how_the_job_began_however_late_it_comes()
    {
        var early = StreamCursor.After(null);
        var picture = new JobView(Job);
        picture.Take(History(0, ended: false));
        Assert.Empty(Tell(early, picture));
        Assert.False(picture.Take(new JobStarted(Job, 0, 90, 10, 1))); // the journal is to be read
        Assert.False(picture.Take(new JobProgressed(Job, 0, 4, 1, 0.5, null, 3)));
        Assert.Empty(Tell(early, picture));
        picture.Take(History(0, ended: false, new TrainingBegan(1)));
        var told = Tell(early, picture).Select(one => one.Event).ToList();
        var started = new JobStarted(Job, 0, 90, 10, 1);
        Assert.Equal([started, new WorkersChanged(Job, 1), new JobProgressed(Job, 0, 4, 1, 0.5, null, 3)], told);

        picture.Take(History(5, ended: true, new TrainingBegan(1)));
        Assert.DoesNotContain(Tell(early, picture), one => one.Event is JobStarted);
        var late = Tell(StreamCursor.After(null), picture);
        Assert.Equal(started, late[0].Event);
        Assert.Single(late, one => one.Event is JobStarted);
        Assert.DoesNotContain(Tell(StreamCursor.After(late.First(one => one.Id is not null).Id), picture), one => one.Event is JobStarted);

        var elsewhere = new JobView(Job); // another gateway, which heard nothing live
        elsewhere.Take(History(5, ended: true, new TrainingBegan(1)));
        Assert.Equal(started, Tell(StreamCursor.After(null), elsewhere)[0].Event);
    }

    [Fact]
    public void Another_coordinators_start_tells_the_workers_of_now_and_not_a_second_beginning()
    {
        var picture = new JobView(Job);
        picture.Take(History(2, ended: false, new TrainingBegan(1)));
        var cursor = StreamCursor.After(null);
        Tell(cursor, picture);
        Assert.True(picture.Take(new JobStarted(Job, 20, 90, 10, 3)));
        Assert.Equal([new WorkersChanged(Job, 3)], Tell(cursor, picture).Select(one => one.Event));
    }

    [Fact]
    public void Of_a_job_of_an_earlier_release_the_number_of_workers_is_left_out_and_one_that_never_began_only_ends()
    {
        var old = Assert.IsType<JobStarted>(Tell(StreamCursor.After(null), Picture(epochs: 1, ended: false))[0].Event);
        Assert.Null(old.Workers);
        Assert.DoesNotContain("workers", ApiEvents.Write(old)!.Value.Data, StringComparison.Ordinal);
        Assert.IsType<JobFinished>(Assert.Single(Tell(StreamCursor.After(null), Picture(epochs: 0, ended: true))).Event);
    }

    [Fact]
    public void The_end_comes_after_every_epoch_even_when_the_coordinator_said_it_first()
    {
        var picture = Picture(epochs: 1, ended: false);
        var cursor = StreamCursor.After(null);
        Tell(cursor, picture);
        Assert.False(picture.Take(new JobFinished(Job, new JobEnded(JobOutcome.Completed, 30, StopReason.Epochs, null))));
        Assert.False(cursor.IsAtEnd);
        picture.Take(History(3, ended: true));
        var events = Tell(cursor, picture).Select(told => told.Event).ToList();
        Assert.Equal([1, 2], events.OfType<EpochEnded>().Select(ended => ended.Decision.Epoch));
        Assert.IsType<JobFinished>(events[^1]);
        Assert.True(cursor.IsAtEnd);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("a-b")]
    [InlineData("-1--1")]
    [InlineData("99999999999999999999-1")]
    public void An_id_of_another_kind_begins_at_the_beginning(string id) =>
        Assert.Equal([0, 1, 2], EpochsOf(Tell(StreamCursor.After(id), Picture(epochs: 3, ended: false))));

    [Theory]
    [InlineData(null, null, new[] { 0, 1, 2, 3 })]
    [InlineData("0", null, new[] { 0, 1, 2, 3 })]
    [InlineData("2", null, new[] { 2, 3 })]
    [InlineData("end", null, new int[0])]
    [InlineData(null, 0, new int[0])]
    [InlineData(null, 1, new[] { 3 })]
    [InlineData(null, 9, new[] { 0, 1, 2, 3 })]
    public void A_stream_begins_where_it_is_asked_to_and_goes_on_from_there(string? from, int? last, int[] expected)
    {
        var picture = new JobView(Job);
        var cursor = StreamCursor.After(null, StreamStart.Of(from, last));
        Assert.Empty(Tell(cursor, picture)); // what has been decided is not known before the journal is
        picture.Take(History(4, ended: false, new TrainingBegan(1)));
        var told = Tell(cursor, picture);
        Assert.IsType<JobStarted>(told[0].Event);
        Assert.Equal(expected, EpochsOf(told));
        picture.Take(new EpochEnded(Job, 50, Decision(4)));
        Assert.Equal("5-40", Assert.Single(Tell(cursor, picture)).Id);
        Assert.Equal([1, 2, 3, 4], EpochsOf(Tell(StreamCursor.After("1-10", StreamStart.Of(from, last)), picture))); // an id has precedence
    }

    [Theory]
    [InlineData("start", null)]
    [InlineData("-1", null)]
    [InlineData("1", 1)]
    [InlineData("end", 0)]
    [InlineData(null, -1)]
    public void A_wrong_beginning_is_refused(string? from, int? last) => Assert.Equal(400, Assert.Throws<ApiException>(() => StreamStart.Of(from, last)).Status);

    [Fact]
    public void A_long_history_is_told_in_batches_each_event_once_and_the_rest_after_the_last_of_them()
    {
        var picture = new JobView(Job);
        picture.Take(new JobSummary { Id = "j", State = JobPhase.Running, Data = "d", SubmittedAt = default, MaximumEpochs = 9, TotalSteps = 90 }, null);
        picture.Take(History(1_700, ended: true, new TrainingBegan(1)));
        picture.Take(new JobRewound(Job, 7, "lost"));
        var cursor = StreamCursor.After(null);
        var batches = new List<IReadOnlyList<StreamEvent>>();
        do batches.Add(Tell(cursor, picture));
        while (cursor.IsBehind);
        Assert.Equal(4, batches.Count);
        Assert.All(batches, batch => Assert.InRange(EpochsOf(batch).Count(), 1, 500));
        var all = batches.SelectMany(batch => batch).ToList();
        Assert.Equal(Enumerable.Range(0, 1_700), EpochsOf(all));
        Assert.Equal(["JobStateChanged", "JobStarted", "EpochEnded"], all.Take(3).Select(told => told.Event.GetType().Name));
        Assert.Single(all, told => told.Event is JobStateChanged);
        Assert.Single(all, told => told.Event is JobRewound);
        Assert.Single(all, told => told.Event is CheckpointSaved);
        Assert.IsType<JobFinished>(all[^1].Event);
        Assert.Equal(all[777].Id, Tell(StreamCursor.After(all[776].Id), picture)[1].Id); // after the state
    }

    [Fact]
    public void What_a_stream_sends_of_shared_texts_is_what_it_would_send_without()
    {
        var texts = new EpochTexts();
        var ended = new EpochEnded(Job, 120, new EpochDecided(11, true, StopReason.Patience, new EpochMetrics { TrainLoss = double.NaN, ValidationAccuracy = 0.25 }));
        foreach (var told in (StreamEvent[])[new(ended, "12-100"), new(ended, null), new(new CheckpointSaved(Job, 100), "12-100")])
        {
            var (shared, anew) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            EventText.Write(shared, told, texts);
            EventText.Write(anew, told, null);
            Assert.Equal(Encoding.UTF8.GetString(anew.WrittenSpan), Encoding.UTF8.GetString(shared.WrittenSpan));
        }
    }

    private static IReadOnlyList<StreamEvent> Tell(StreamCursor cursor, JobView picture) => cursor.Advance(Job, picture);

    private static IEnumerable<int> EpochsOf(IEnumerable<StreamEvent> events) => events.Select(told => told.Event).OfType<EpochEnded>().Select(ended => ended.Decision.Epoch);

    private static JobView Picture(int epochs, bool ended)
    {
        var picture = new JobView(Job);
        picture.Take(History(epochs, ended));
        return picture;
    }

    private static JobHistory History(int epochs, bool ended, TrainingBegan? began = null)
    {
        var history = new JobHistory();
        history.Apply(new JobSubmitted(new JobSpecification
        {
            Data = new DataIdentity("", 100, 0),
            Network = new NetworkSpecification { Inputs = 1, Outputs = 2 },
            Optimizer = new OptimizerSpecification(),
            Schedule = new ScheduleSpecification(),
            Epochs = 9,
            BatchSize = 10,
            ShardSize = 10,
            Seed = 1,
        }, new RunOptions()));
        if (began is not null) history.Apply(began);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            history.Apply(Decision(epoch));
            history.Apply(new CheckpointCommitted(new Checkpoint((epoch + 1) * 10, 1, [], default, 4)));
        }
        if (ended) history.Apply(new JobEnded(JobOutcome.Completed, epochs * 10, StopReason.Epochs, null));
        return history;
    }

    private static EpochDecided Decision(int epoch) => new(epoch, true, null, new EpochMetrics { TrainLoss = 1.0 / (epoch + 1) });
}
