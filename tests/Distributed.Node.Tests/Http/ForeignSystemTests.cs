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
        _foreign = Create();
        return Task.CompletedTask;
    }

    private static ActorSystem Create() => ActorSystem.Create(ClusterNode.SystemName, ConfigurationFactory.ParseString("""
        akka {
          actor.provider = remote
          loglevel = OFF
          stdout-loglevel = OFF
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        }
        """));

    public Task DisposeAsync() => _foreign.Terminate();

    private string Path(string path) => $"akka.tcp://{ClusterNode.SystemName}@{gateway.Address}/{path}";

    /// <summary>The node has taken everything that was sent before: it answers what comes after, over the same connection.</summary>
    private async Task UntilTakenAsync() => await FindStatusAsync(_foreign);

    private async Task<IActorRef> FindStatusAsync(ActorSystem from)
    {
        var status = (await from.ActorSelection(Path("user/node-status")).Ask<ActorIdentity>(new Identify("who"), Bound)).Subject;
        Assert.NotNull(status);
        return status;
    }

    [Fact]
    public async Task A_stop_by_reference_or_selection_reaches_no_actor_and_the_cluster_goes_on()
    {
        var status = await FindStatusAsync(_foreign);
        foreach (object harm in new object[] { PoisonPill.Instance, Kill.Instance })
        {
            status.Tell(harm);
            foreach (var name in new[] { "jobs", "jobs/jobs", "workers", "data", "node-status", "*", "lease-reclaimer" }) _foreign.ActorSelection(Path($"user/{name}")).Tell(harm);
        }
        foreach (var path in new[] { "user", "system", "system/cluster/core/daemon", "system/sharding/coordinator" }) _foreign.ActorSelection(Path(path)).Tell(PoisonPill.Instance);
        await UntilTakenAsync();

        // The directory answers, and so does every part of a job's way.
        Assert.NotEmpty((await gateway.Client.GetAsync<NodeList>(ApiRoutes.Nodes)).Nodes);
        Assert.NotNull(await gateway.Client.GetAsync<JobList>(ApiRoutes.Jobs));
        await gateway.Client.UntilAsync("/health/ready", response => response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_system_message_that_would_suspend_an_actor_ends_its_senders_connection_and_does_nothing_else()
    {
        var status = await FindStatusAsync(_foreign);
        ((IInternalActorRef)status).SendSystemMessage(new Suspend());
        // Repeated while it is not acknowledged, so it has been refused once these answers of others are here.
        for (var i = 0; i < 3; i++)
        {
            var other = Create();
            Assert.Equal(status.Path.Uid, (await FindStatusAsync(other)).Path.Uid);
            await other.Terminate();
        }
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
