using Akka.Actor;

namespace Distributed.Cluster.Messages;

/// <summary>
/// The actors of a node that other nodes find by name. Nothing else can be selected from outside: their paths are the ones under /user in
/// <c>akka.remote.trusted-selection-paths</c>.
/// </summary>
internal static class NodeActors
{
    /// <summary>The worker host, on nodes with the role <see cref="NodeRoles.Worker"/>.</summary>
    public const string Workers = "workers";

    /// <summary>The samples that a node has.</summary>
    public const string Data = "data";

    /// <summary>Hears of processes that are dead.</summary>
    public const string DeadProcesses = "dead-processes";

    /// <summary>Tells whether a node is in a cluster.</summary>
    public const string Formation = "formation";

    /// <summary>Tells how a node is.</summary>
    public const string Status = "node-status";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> Names = [Workers, Data, DeadProcesses, Formation, Status];

    /// <summary>Selects one of them on a node.</summary>
    public static ActorSelection OnNode(this IActorRefFactory factory, Address node, string name) =>
        factory.ActorSelection(new RootActorPath(node) / "user" / name);
}
