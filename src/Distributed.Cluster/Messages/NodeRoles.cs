namespace Distributed.Cluster.Messages;

/// <summary>The roles of a cluster node.</summary>
public static class NodeRoles
{
    /// <summary>Hosts coordinators.</summary>
    public const string Coordinator = "coordinator";

    /// <summary>Hosts parameter blocks.</summary>
    public const string ParameterServer = "parameter-server";

    /// <summary>Hosts workers.</summary>
    public const string Worker = "worker";

    /// <summary>Serves the HTTP API.</summary>
    public const string Gateway = "gateway";

    /// <summary>Counts in the majority that survives a split; set on every node with one of the first two roles.</summary>
    public const string Core = "core";
}
