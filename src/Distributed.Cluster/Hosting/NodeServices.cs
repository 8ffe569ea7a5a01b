using Distributed.Cluster.Compute;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Measures;
using Distributed.Cluster.Stores;
using Distributed.Cluster.TensorPlane;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Cluster.Hosting;

/// <summary>The services hosted by a node.</summary>
public sealed record NodeServices
{
    /// <summary>The node's roles; see <c>NodeRoles</c>.</summary>
    public required IReadOnlySet<string> Roles { get; init; }

    /// <summary>Worker actors on the node.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Compute threads of the node, divided among its workers (at least one each).</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The maximum number of queued jobs running at once.</summary>
    public int MaximumRunningJobs { get; init; } = 1;

    /// <summary>The node's current activity.</summary>
    public NodeActivity Activity { get; init; } = new();

    /// <summary>The node's data sets.</summary>
    public NodeDatasets Datasets { get; init; } = new();

    /// <summary>The node's weight vectors.</summary>
    public NodeWeights NodeWeights { get; init; } = new();

    /// <summary>The node's tensor data plane.</summary>
    public DataPlane Plane { get; init; } = new();

    /// <summary>Logs the decisions operators look for, such as who coordinates a job.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Reports store outages.</summary>
    internal StoreOutage Outage { get; init; } = new(NullLogger.Instance, TimeProvider.System);

    /// <summary>Whether the process can still do its part.</summary>
    public NodeFitness Fitness { get; init; } = new();

    /// <summary>Creates the workspaces of the workers' compute threads.</summary>
    internal ShardTaskFactory ShardTasks { get; init; } = ShardTask.Factory;

    /// <summary>
    /// Whether coordinators of unfinished jobs restart with the cluster, wherever they ran. False in a one-process cluster, where the next command
    /// must not revive an old job.
    /// </summary>
    public bool RememberCoordinators { get; init; }
}
