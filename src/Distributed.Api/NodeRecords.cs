using Distributed.Protocol.Nodes;

namespace Distributed.Api;

/// <summary>Every member of the cluster, as the gateway that answers sees it.</summary>
public sealed record NodeList(IReadOnlyList<NodeInfo> Nodes);

/// <summary>The result of a health check.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c> or <c>waiting</c>.</param>
/// <param name="Reason">What the node waits for; null when nothing.</param>
public sealed record HealthReport(string Status, string? Reason = null)
{
    /// <summary>What is dangerous about how the node was started; null when nothing is.</summary>
    public string? Warning { get; init; }
}
