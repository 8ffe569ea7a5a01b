using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Distributed.Api;
using Distributed.Cluster.Hosting;

namespace Distributed.Node.Tests.Http;

/// <summary>An actor system that is no member sends Akka's own messages to a node, and tries to run its actors there.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ForeignSystemTests(GatewayFixture gateway) : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private static volatile int _made;

    private ActorSystem _foreign = null!;

    public Task InitializeAsync()
    {
        _foreign = ActorSystem.Create(ClusterNode.SystemName, ConfigurationFactory.ParseString("""
            akka {
              actor.provider = remote
              loglevel = OFF
              stdout-loglevel = OFF
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            }
            """));
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _foreign.Terminate();

    private string Path(string path) => $"akka.tcp://{ClusterNode.SystemName}@{gateway.Address}/{path}";

    /// <summary>The node has taken everything that was sent before: it answers what comes after, over the same connection.</summary>
    private async Task UntilTakenAsync() =>
        Assert.NotNull((await _foreign.ActorSelection(Path("user/node-status")).Ask<ActorIdentity>(new Identify("after"), Bound)).Subject);

    [Fact]
    public async Task A_stop_by_reference_or_selection_reaches_no_actor_and_the_cluster_goes_on()
    {
        var status = (await _foreign.ActorSelection(Path("user/node-status")).Ask<ActorIdentity>(new Identify("who"), Bound)).Subject;
        Assert.NotNull(status);
        foreach (object harm in new object[] { PoisonPill.Instance, Kill.Instance })
        {
            status.Tell(harm);
            ((IInternalActorRef)status).SendSystemMessage(new Suspend());
            foreach (var name in new[] { "jobs", "jobs/jobs", "workers", "data", "node-status", "*", "lease-reclaimer" }) _foreign.ActorSelection(Path($"user/{name}")).Tell(harm);
        }
        foreach (var path in new[] { "user", "system", "system/cluster/core/daemon", "system/sharding/coordinator" }) _foreign.ActorSelection(Path(path)).Tell(PoisonPill.Instance);
        await UntilTakenAsync();

        // The directory answers, and so does every part of a job's way.
        Assert.NotEmpty((await gateway.Client.GetAsync<NodeList>(ApiRoutes.Nodes)).Nodes);
        Assert.NotNull(await gateway.Client.GetAsync<JobList>(ApiRoutes.Jobs));
        await gateway.Client.UntilAsync("/health/ready", response => response.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("user/lease-reclaimer")]
    [InlineData("user/*")]
    [InlineData("system/cluster")]
    public async Task Actors_that_nodes_do_not_find_by_name_cannot_be_selected(string path)
    {
        var found = _foreign.ActorSelection(Path(path)).Ask<ActorIdentity>(new Identify("who"), Bound);
        await UntilTakenAsync();
        Assert.False(found.IsCompleted);
    }

    [Fact]
    public async Task No_actor_is_deployed_into_a_node()
    {
        var node = new Deploy(new RemoteScope(Akka.Actor.Address.Parse(Path("")[..^1])));
        var deployed = _foreign.ActorOf(Props.Create(() => new Intruder()).WithDeploy(node), "intruder");
        deployed.Tell("run");
        await UntilTakenAsync();
        Assert.Equal(0, _made);
    }

    private sealed class Intruder : ReceiveActor
    {
        public Intruder() => _made++;
    }
}
