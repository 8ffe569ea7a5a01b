using System.Collections.Concurrent;
using Akka.Actor;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Tests.Actors;

namespace Distributed.Cluster.Tests.Membership;

/// <summary>A seed node that may begin a cluster; the spec determines how the others' ports answer.</summary>
public sealed class FormationActorSpec : ActorSpec
{
    private readonly ConcurrentDictionary<int, PortAnswer> _ports = new();
    private readonly ConcurrentQueue<int> _asked = new();
    private readonly IActorRef _formation;

    public FormationActorSpec() => _formation = Sys.ActorOf(FormationActor.Props(AskPortAsync), NodeActors.Formation);

    private bool IsInCluster => !Akka.Cluster.Cluster.Get(Sys).State.Members.IsEmpty;

    [Fact]
    public void A_node_says_whether_it_is_in_a_cluster()
    {
        Assert.False(AskFormation());
        Join();
        Assert.True(AskFormation());
    }

    [Fact]
    public void A_first_seed_that_is_alone_begins_a_cluster()
    {
        _formation.Tell(new AskSeeds([Address]));
        PassUntil(() => IsInCluster, _formation, "a cluster has begun");
        Assert.Empty(_asked);
    }

    [Fact]
    public void A_first_seed_begins_when_the_hosts_of_most_seeds_say_that_no_process_runs_there()
    {
        (_ports[1], _ports[2]) = (PortAnswer.Refused, PortAnswer.Silent);
        _formation.Tell(new AskSeeds([Address, Seed(1), Seed(2)]));
        PassUntil(() => IsInCluster, _formation, "a cluster has begun");
    }

    [Fact]
    public void A_first_seed_begins_no_cluster_while_most_seeds_are_silent()
    {
        (_ports[1], _ports[2]) = (PortAnswer.Silent, PortAnswer.Silent);
        _formation.Tell(new AskSeeds([Address, Seed(1), Seed(2)]));
        PassUntil(() => _asked.Count >= 20, _formation, "both are asked ten times");
        Assert.False(IsInCluster);
        (_ports[1], _ports[2]) = (PortAnswer.Refused, PortAnswer.Refused);
        PassUntil(() => IsInCluster, _formation, "a cluster has begun");
    }

    [Fact]
    public void A_first_seed_begins_no_cluster_beside_one_that_a_seed_is_in()
    {
        ExpectStray<GetFormation>(); // no process runs at the seeds' addresses
        _ports[1] = PortAnswer.Connected;
        (_ports[2], _ports[3]) = (PortAnswer.Refused, PortAnswer.Refused);
        _formation.Tell(new FormationReply(true), FormationOf(1));
        _formation.Tell(new AskSeeds([Address, Seed(1), Seed(2), Seed(3)]));
        for (var i = 0; i < 10; i++)
        {
            Pass(TimeSpan.FromMilliseconds(500), _formation);
            _formation.Tell(new FormationReply(true), FormationOf(1)); // an answer is valid for two seconds
        }
        Assert.False(IsInCluster);
        _formation.Tell(new FormationReply(false), FormationOf(1)); // it has left that cluster
        PassUntil(() => IsInCluster, _formation, "a cluster has begun");
    }

    [Fact]
    public void A_seed_that_is_not_the_first_begins_nothing()
    {
        _ports[1] = PortAnswer.Refused;
        _formation.Tell(new AskSeeds([Seed(1), Address]));
        Pass(TimeSpan.FromSeconds(5), _formation);
        Assert.False(IsInCluster);
        Assert.Empty(_asked);
    }

    [Fact]
    public void A_restarted_actor_waits_for_the_seeds_to_be_named_again()
    {
        _ports[1] = PortAnswer.Silent;
        _formation.Tell(new AskSeeds([Address, Seed(1)]));
        PassUntil(() => !_asked.IsEmpty, _formation, "the seed is asked");
        RestartByItsSupervisor(_formation);
        Settle(_formation);
        _asked.Clear();
        Pass(TimeSpan.FromSeconds(2), _formation);
        Assert.Empty(_asked);
        _ports[1] = PortAnswer.Refused;
        _formation.Tell(new AskSeeds([Address, Seed(1)]));
        PassUntil(() => IsInCluster, _formation, "a cluster has begun");
    }

    private bool AskFormation()
    {
        _formation.Tell(new GetFormation(), TestActor);
        return ExpectMsg<FormationReply>(Bound).IsInCluster;
    }

    /// <summary>A seed node's address; nothing listens at ports below 10.</summary>
    private Address Seed(int port) => Address.WithPort(port);

    private IActorRef FormationOf(int port) => ((ExtendedActorSystem)Sys).Provider.ResolveActorRef(new RootActorPath(Seed(port)) / "user" / NodeActors.Formation);

    private Task<PortAnswer> AskPortAsync(string host, int port)
    {
        _asked.Enqueue(port);
        return Task.FromResult(_ports[port]);
    }
}
