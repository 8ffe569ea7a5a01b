using Akka.Actor;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Measures;
using Distributed.Cluster.TensorPlane;

namespace Distributed.Cluster.Compute;

/// <summary>The dependencies shared by a node's workers.</summary>
/// <param name="Coordinators">The region of coordinators.</param>
/// <param name="Blocks">The region of parameter blocks.</param>
/// <param name="Data">The node's data actor, which fetches data sets; null when all data is in memory.</param>
/// <param name="Datasets">The available data sets.</param>
/// <param name="Plane">The node's tensor data plane.</param>
/// <param name="NodeWeights">The weights held by the node's blocks.</param>
/// <param name="Activity">The node's current activity.</param>
internal sealed record WorkerSurroundings(
    IActorRef Coordinators, IActorRef Blocks, IActorRef? Data, NodeDatasets Datasets, DataPlane Plane, NodeWeights NodeWeights, NodeActivity Activity)
{
    /// <summary>Creates the workspaces of the compute threads.</summary>
    public ShardTaskFactory ShardTasks { get; init; } = ShardTask.Factory;
}
