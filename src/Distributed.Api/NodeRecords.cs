using Distributed.Protocol.Nodes;

namespace Distributed.Api;

/// <summary>Every member of the cluster, as the gateway that answers sees it.</summary>
public sealed record NodeList(IReadOnlyList<NodeInfo> Nodes);

/// <summary>What a health check says.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c> or <c>waiting</c>.</param>
/// <param name="Reason">What is waited for; null when nothing is.</param>
public sealed record HealthReport(string Status, string? Reason = null);
