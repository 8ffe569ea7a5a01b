using Akka.Actor;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Measures;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Tests.Actors;
using Distributed.Protocol.Nodes;

namespace Distributed.Cluster.Tests.Hosting;

public sealed class NodeStatusActorSpec : ActorSpec
{
    [Fact]
    public void A_node_tells_its_jobs_as_they_are_now()
    {
        using var activity = new NodeActivity();
        var status = Start(activity);
        Assert.Empty(Ask(status).Jobs);
        activity.Join(SampleJob.Id);
        Assert.Equal([SampleJob.Id.Value], Ask(status).Jobs);
        activity.Leave(SampleJob.Id);
        Assert.Empty(Ask(status).Jobs);
    }

    [Fact]
    public void Speed_is_measured_at_each_tick_and_holds_until_the_next()
    {
        using var activity = new NodeActivity();
        var status = Start(activity);
        var before = activity.Traffic.Samples; // other tests in the process count too
        NodeActivity.CountSamples(1_000_000_000);
        Assert.True(activity.Traffic.Samples - before >= 1_000_000_000);
        Pass(TimeSpan.FromSeconds(1.9), status);
        Assert.Equal(0, Ask(status).SamplesPerSecond);
        Pass(TimeSpan.FromSeconds(0.2), status);
        Assert.InRange(Ask(status).SamplesPerSecond, 500_000_000, 501_000_000);
    }

    [Fact]
    public void Workers_count_where_the_role_is()
    {
        using var activity = new NodeActivity();
        Assert.Equal(3, Ask(Start(activity, NodeRoles.Worker)).Workers);
        Assert.Equal(0, Ask(Start(activity, NodeRoles.Coordinator)).Workers);
        Assert.True(Ask(Start(activity)).MemoryBytes > 0);
    }

    [Fact]
    public void A_restarted_actor_answers_and_measures_on()
    {
        using var activity = new NodeActivity();
        var status = Start(activity);
        RestartByItsSupervisor(status);
        Settle(status);
        NodeActivity.CountSamples(1_000_000_000);
        Pass(TimeSpan.FromSeconds(2.1), status);
        Assert.InRange(Ask(status).SamplesPerSecond, 500_000_000, 501_000_000);
    }

    private IActorRef Start(NodeActivity activity, params string[] roles)
    {
        var status = Sys.ActorOf(NodeStatusActor.Props(new NodeServices { Roles = roles.ToHashSet(), Workers = 3, Activity = activity }));
        Settle(status); // has taken its first measurement
        return status;
    }

    private NodeLoad Ask(IActorRef status)
    {
        status.Tell(new GetNodeLoad(), TestActor);
        return ExpectMsg<NodeLoadReply>(Bound).Load;
    }
}
