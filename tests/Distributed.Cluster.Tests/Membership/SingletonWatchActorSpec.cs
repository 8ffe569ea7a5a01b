using Akka.Actor;
using Distributed.Cluster.Measures;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Tests.Actors;

namespace Distributed.Cluster.Tests.Membership;

/// <summary>The watch over a singleton on the only node that may host it.</summary>
public sealed class SingletonWatchActorSpec : ActorSpec
{
    private const string Name = "one";

    private readonly NodeFitness _fitness = new();

    public SingletonWatchActorSpec() : base(NodeRoles.Coordinator) => Join();

    [Theory]
    [InlineData(Name)]
    [InlineData($"{Name}/{Name}")]
    public void A_singleton_or_a_manager_that_ended_is_started_again(string ended)
    {
        var first = Sys.ActorOf(Manager.Props(hasSingleton: true), Name);
        var watch = Sys.ActorOf(SingletonWatchActor.Props(Name, NodeRoles.Coordinator, Manager.Props(hasSingleton: true), _fitness));
        Assert.True(SpinWait.SpinUntil(() => Find($"{Name}/{Name}") is not null, Bound), "the manager does not make it");
        var victim = ended == Name ? first : Find(ended)!;
        Watch(victim);
        Sys.Stop(victim);
        ExpectTerminated(victim, Bound);
        PassUntil(() => Find($"{Name}/{Name}") is { } found && !found.Equals(victim), watch, "the singleton is there again");
        Assert.Null(_fitness.Failure);
    }

    [Fact]
    public void A_process_whose_singleton_does_not_start_again_says_that_it_is_of_no_use()
    {
        Sys.ActorOf(Manager.Props(hasSingleton: false), Name);
        var watch = Sys.ActorOf(SingletonWatchActor.Props(Name, NodeRoles.Coordinator, Manager.Props(hasSingleton: false), _fitness));
        for (var minute = 0; minute < 10 && _fitness.Failure is null; minute++) Pass(TimeSpan.FromMinutes(1), watch);
        Assert.Contains($"'{Name}' is lost", _fitness.Failure, StringComparison.Ordinal);
    }

    private IActorRef? Find(string path) => Sys.ActorSelection($"/user/{path}").Ask<ActorIdentity>(new Identify(path), Bound).GetAwaiter().GetResult().Subject;

    private sealed class Manager : ReceiveActor
    {
        public Manager(bool hasSingleton)
        {
            if (hasSingleton) Context.ActorOf(Akka.Actor.Props.Empty, Name);
        }

        public static Props Props(bool hasSingleton) => Akka.Actor.Props.Create(() => new Manager(hasSingleton));
    }
}
