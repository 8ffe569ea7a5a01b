using Distributed.Cluster.Hosting;

namespace Distributed.Node.Tests;

/// <summary>What must stand in the files, whatever else changes there.</summary>
public sealed class ClusterConfigTests
{
    private static Akka.Configuration.Config Settings { get; } = ClusterConfig.Coordinator
        .WithFallback(ClusterConfig.ParameterServer).WithFallback(ClusterConfig.Worker).WithFallback(ClusterConfig.Common);

    [Fact]
    public void A_split_is_decided_by_the_majority_of_core_nodes()
    {
        Assert.Contains("SplitBrainResolverProvider", Settings.GetString("akka.cluster.downing-provider-class"), StringComparison.Ordinal);
        Assert.Equal("keep-majority", Settings.GetString("akka.cluster.split-brain-resolver.active-strategy"));
        Assert.Equal("core", Settings.GetString("akka.cluster.split-brain-resolver.keep-majority.role"));
        Assert.True(Settings.GetTimeSpan("akka.cluster.split-brain-resolver.stable-after") >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Entities_stay_where_they_are_and_are_never_put_to_rest_by_time()
    {
        Assert.Equal("off", Settings.GetString("akka.cluster.sharding.passivate-idle-entity-after"));
        Assert.Equal("ddata", Settings.GetString("akka.cluster.sharding.state-store-mode"));
        Assert.Equal("eventsourced", Settings.GetString("akka.cluster.sharding.remember-entities-store"));
        Assert.True(Settings.GetTimeSpan("akka.cluster.sharding.rebalance-interval") > TimeSpan.FromDays(30));
    }

    [Fact]
    public void Heartbeats_do_not_share_threads_with_anything_that_computes() =>
        Assert.Equal("akka.actor.internal-dispatcher", Settings.GetString("akka.cluster.use-dispatcher"));

    [Fact]
    public void The_one_process_cluster_remembers_no_coordinators() =>
        Assert.False(ClusterConfig.Embedded.GetBoolean("akka.cluster.sharding.remember-entities"));
}
