using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Tests.Actors;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Tests.Hosting;

/// <summary>The entities of a process without a cluster.</summary>
public sealed class LocalRegionSpec : ActorSpec
{
    private static readonly JobId First = new("first"), Second = new("second");

    private readonly TestProbe _entities;
    private readonly IActorRef _region;

    public LocalRegionSpec()
    {
        _entities = CreateTestProbe();
        var probe = _entities.Ref;
        _region = Sys.ActorOf(LocalRegion.Props(new Entities.CoordinatorExtractor(), name => Props.Create(() => new Entity(name, probe))), "region");
    }

    [Fact]
    public void An_entity_starts_at_its_first_message_and_takes_those_of_its_job_with_their_senders()
    {
        var client = CreateTestProbe();
        foreach (var job in new[] { First, Second, First }) _region.Tell(new GetJobStatus(job), client.Ref);
        Assert.Equal(["first started", "second started"], _entities.ReceiveN(2, Bound).Cast<string>().Order());
        Assert.Equal(["first", "first", "second"], client.ReceiveN(3, Bound).Cast<GetJobStatus>().Select(message => message.Job.Value).Order());
        _entities.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_message_of_no_entity_starts_none()
    {
        _region.Tell("nothing of a job");
        _region.Tell(new GetJobStatus(Second));
        Assert.Equal("second started", _entities.ExpectMsg<string>(Bound));
    }

    [Fact]
    public void Messages_to_an_entity_on_its_way_out_wait_for_its_next_incarnation()
    {
        var client = CreateTestProbe();
        _region.Tell(new GetJobStatus(First), client.Ref);
        client.ExpectMsg<GetJobStatus>(Bound);
        Assert.Equal("first started", _entities.ExpectMsg<string>(Bound));

        _region.Tell(new PauseJob(First)); // the entity asks to be passivated, and stops only when it is told
        Assert.Equal("first leaves", _entities.ExpectMsg<string>(Bound));
        _region.Tell(new GetJobStatus(First), client.Ref);
        _region.Tell(new GetJobStatus(Second), client.Ref);
        Assert.Equal(Second, client.ExpectMsg<GetJobStatus>(Bound).Job);
        Assert.Equal("second started", _entities.ExpectMsg<string>(Bound));

        Sys.ActorSelection(_region.Path / "first").Tell("go");
        Assert.Equal("first started", _entities.ExpectMsg<string>(Bound));
        Assert.Equal(First, client.ExpectMsg<GetJobStatus>(Bound).Job);
    }

    /// <summary>Answers with the message; asks to be passivated by <see cref="PauseJob"/> and stays until it hears "go".</summary>
    private sealed class Entity : ReceiveActor
    {
        public Entity(string name, IActorRef probe)
        {
            probe.Tell(name + " started");
            Receive<PauseJob>(_ =>
            {
                Context.Parent.Tell(new Passivate("stop"));
                probe.Tell(name + " leaves"); // what is sent after this comes to the region later
            });
            Receive<string>(text =>
            {
                if (text == "go") Context.Stop(Self);
            });
            Receive<GetJobStatus>(message => Sender.Tell(message));
        }
    }
}
