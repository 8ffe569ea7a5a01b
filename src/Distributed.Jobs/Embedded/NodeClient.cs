using Akka.Actor;
using Akka.Hosting;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Stores;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;

namespace Distributed.Jobs.Embedded;

/// <summary>The jobs of the cluster that a node is a member of, started past the queue.</summary>
public static class NodeClient
{
    /// <summary>The jobs through the node; lists, histories and weights need the node to have the store.</summary>
    public static IJobService Of(ClusterNode node) => Of(node.System, node.Registry, node.Services, null);

    internal static IJobService Of(ActorSystem system, ActorRegistry registry, NodeServices node, IStoreReader? reader)
    {
        var stored = new ClusterJobs(system, reader);
        return new JobService(new DirectJobs(system, registry, node, stored), stored);
    }
}
