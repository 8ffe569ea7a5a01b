using Akka.Actor;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Measures;
using Distributed.Cluster.TensorPlane;

namespace Distributed.Cluster.Compute;

/// <summary>What the workers of a node share.</summary>
/// <param name="Coordinators">The region of coordinators.</param>
/// <param name="Blocks">The region of parameter blocks.</param>
/// <param name="Data">The node's data actor, which fetches data sets; null where all data is in memory.</param>
/// <param name="Catalog">The data sets at hand.</param>
/// <param name="Plane">The node's place on the tensor data plane.</param>
/// <param name="Arena">The weights that the node's blocks hold.</param>
/// <param name="Activity">What the node does now.</param>
internal sealed record WorkerSurroundings(
    IActorRef Coordinators, IActorRef Blocks, IActorRef? Data, NodeDatasets Catalog, DataPlane Plane, NodeWeights Arena, NodeActivity Activity)
{
    /// <summary>Creates the workspaces of the compute threads.</summary>
    public ShardTaskFactory ShardTasks { get; init; } = ShardTask.Factory;
}
