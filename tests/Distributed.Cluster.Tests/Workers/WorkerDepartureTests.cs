using Distributed.Cluster.Messages;
using Distributed.Cluster.Tests.Actors;
using Distributed.Cluster.Workers;

namespace Distributed.Cluster.Tests.Workers;

/// <summary>The departure of a worker; who asks for it is the test's own actor.</summary>
public sealed class WorkerDepartureTests : ActorSpec
{
    private readonly WorkerDeparture _departure = new();

    [Fact]
    public void A_worker_that_was_not_asked_to_leave_stays_however_quiet_it_is()
    {
        Assert.False(_departure.HasBegun);
        Assert.False(_departure.IsQuiet(Seconds(100)));
    }

    [Fact]
    public void It_is_quiet_when_no_weights_have_come_for_a_while()
    {
        _departure.OnWeights(Seconds(1));
        _departure.Begin(TestActor, Seconds(9));
        Assert.True(_departure.HasBegun);
        Assert.False(_departure.IsQuiet(Seconds(9.1))); // silence before the request does not count
        _departure.OnWeights(Seconds(9.1));
        Assert.False(_departure.IsQuiet(Seconds(9.2)));
        Assert.True(_departure.IsQuiet(Seconds(9.25)));
    }

    [Fact]
    public void A_repeated_request_neither_prolongs_it_nor_is_answered_twice()
    {
        var other = CreateTestProbe();
        _departure.Begin(TestActor, Seconds(1));
        _departure.Begin(other.Ref, Seconds(1.1));
        Assert.True(_departure.IsQuiet(Seconds(1.15)));
        _departure.Answer(new ShardsFinished(SampleJob.Id));
        _departure.Answer(new ShardsFinished(SampleJob.Id));
        ExpectMsg<ShardsFinished>(Bound);
        TestActor.Tell(new ShardsFinished(new("last")), TestActor);
        Assert.Equal("last", ExpectMsg<ShardsFinished>(Bound).Job.Value);
        Assert.False(other.HasMessages);
        Assert.False(_departure.IsQuiet(Seconds(100))); // answered
        Assert.True(_departure.HasBegun);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
