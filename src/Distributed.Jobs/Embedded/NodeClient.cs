using Distributed.Cluster.Hosting;
using Distributed.Jobs.Service;

namespace Distributed.Jobs.Embedded;

/// <summary>The client of the cluster that a node is a member of.</summary>
public static class NodeClient
{
    /// <summary>A client that speaks through the node; lists, histories and weights need the node to have the store.</summary>
    public static ITrainingClient Of(ClusterNode node) => new ActorClient(node.System, node.Registry, node.Services);
}
