using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Tests.Actors;

namespace Distributed.Cluster.Tests.Membership;

/// <summary>
/// A core node in a cluster with a worker node and, where a second witness is needed, another core node. The spec determines how their ports answer.
/// </summary>
public sealed class DeadProcessActorSpec : ActorSpec
{
    private readonly ConcurrentDictionary<int, PortAnswer> _ports = new();
    private readonly ConcurrentQueue<int> _asked = new();

    public DeadProcessActorSpec() : base(NodeRoles.Core) => Join();

    private Akka.Cluster.Cluster Cluster => Akka.Cluster.Cluster.Get(Sys);

    [Fact]
    public void A_member_whose_port_refuses_is_taken_for_dead()
    {
        var worker = AddressOf(AddNode(NodeRoles.Worker));
        var actor = Start();
        _ports[worker.Port!.Value] = PortAnswer.Refused;
        Suspect(worker);
        PassUntil(() => IsGone(worker), actor, "the cluster goes on without the worker");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_member_whose_port_answers_or_says_nothing_is_left_to_the_failure_detector(bool answers)
    {
        var worker = AddressOf(AddNode(NodeRoles.Worker));
        var actor = Start();
        _ports[worker.Port!.Value] = answers ? PortAnswer.Connected : PortAnswer.Silent;
        Suspect(worker);
        PassUntil(() => _asked.Count >= 3, actor, "it is asked again");
        Assert.Equal(MemberStatus.Up, StatusOf(worker));
    }

    [Fact]
    public void Most_core_nodes_must_have_been_refused_and_each_tells_the_others()
    {
        var witnessNode = AddNode(NodeRoles.Core);
        var (witness, worker) = (AddressOf(witnessNode), AddressOf(AddNode(NodeRoles.Worker)));
        var heard = ProbeAt(witnessNode, NodeActors.DeadProcesses);
        var actor = Start();
        _ports[worker.Port!.Value] = PortAnswer.Refused;
        Suspect(worker);
        var told = PassUntilTold(heard, actor);
        Assert.Equal((worker.Port, Address.Port), (told.Member.Port, told.Witness.Port));
        Pass(TimeSpan.FromSeconds(2), actor);
        Assert.Equal(MemberStatus.Up, StatusOf(worker)); // one of two core nodes is not a majority
        actor.Tell(new ProcessRefused(told.Member, Of(worker))); // a worker's testimony does not count
        Settle(actor);
        Assert.Equal(MemberStatus.Up, StatusOf(worker));
        actor.Tell(new ProcessRefused(told.Member, Of(witness)));
        PassUntil(() => IsGone(worker), actor, "the cluster goes on without the worker");
    }

    [Fact]
    public void What_is_no_member_is_not_asked()
    {
        var actor = Start();
        Suspect(Address.WithPort(1));
        actor.Tell(new ProcessRefused(new Incarnation("127.0.0.1", 1, 1), new Incarnation("127.0.0.1", 2, 2)));
        Pass(TimeSpan.FromSeconds(2), actor);
        Assert.Empty(_asked);
    }

    private IActorRef Start()
    {
        var actor = Sys.ActorOf(DeadProcessActor.Props(AskPortAsync), NodeActors.DeadProcesses);
        Settle(actor); // has subscribed
        return actor;
    }

    private Task<PortAnswer> AskPortAsync(string host, int port)
    {
        _asked.Enqueue(port);
        return Task.FromResult(_ports.GetValueOrDefault(port, PortAnswer.Silent));
    }

    private void Suspect(Address member) => Sys.EventStream.Publish(new DisassociatedEvent(Address, member, false));

    private MemberStatus? StatusOf(Address address) => Cluster.State.Members.FirstOrDefault(member => member.Address == address)?.Status;

    private bool IsGone(Address address) => StatusOf(address) is null or MemberStatus.Down or MemberStatus.Removed;

    private Incarnation Of(Address address)
    {
        var member = Cluster.State.Members.Single(candidate => candidate.Address == address).UniqueAddress;
        return new Incarnation(member.Address.Host!, member.Address.Port!.Value, member.Uid);
    }

    private ProcessRefused PassUntilTold(Akka.TestKit.TestProbe probe, IActorRef actor)
    {
        ProcessRefused? told = null;
        PassUntil(() => (told = probe.ReceiveOne(TimeSpan.FromMilliseconds(5)) as ProcessRefused) is not null, actor, "the other core node is told");
        return told!;
    }

    private static Address AddressOf(ActorSystem system) => Akka.Cluster.Cluster.Get(system).SelfAddress;
}
