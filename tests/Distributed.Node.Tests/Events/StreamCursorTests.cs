using Distributed.Node.Events;
using Distributed.Protocol;

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

    private static IReadOnlyList<StreamEvent> Tell(StreamCursor cursor, JobPicture picture) => cursor.Advance(Job, picture);

    private static IEnumerable<int> EpochsOf(IEnumerable<StreamEvent> events) => events.Select(told => told.Event).OfType<EpochEnded>().Select(ended => ended.Decision.Epoch);

    private static JobPicture Picture(int epochs, bool ended)
    {
        var picture = new JobPicture(Job);
        picture.Take(History(epochs, ended));
        return picture;
    }

    private static JobHistory History(int epochs, bool ended)
    {
        var history = new JobHistory();
        history.Apply(new JobSubmitted(new JobSpecification
        {
            Data = new DataIdentity("", 100, 0),
            Network = new Learning.NetworkSpecification { Inputs = 1, Outputs = 2 },
            Optimizer = new Learning.OptimizerSpecification(),
            Schedule = new Learning.ScheduleSpecification(),
            Epochs = 9,
            BatchSize = 10,
            ShardSize = 10,
            Seed = 1,
        }, new RunOptions()));
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
