namespace Distributed.Cluster.Hosting;

// Registry keys of the actors that a node starts.

/// <summary>Registry key of the region of coordinators.</summary>
public sealed class CoordinatorRegion;

/// <summary>Registry key of the region of parameter blocks.</summary>
public sealed class ParameterServerRegion;

/// <summary>Registry key of the job directory.</summary>
public sealed class JobDirectory;

/// <summary>Registry key of a node's data actor.</summary>
public sealed class NodeData;

/// <summary>Registry key of a node's worker host.</summary>
public sealed class WorkerHost;
