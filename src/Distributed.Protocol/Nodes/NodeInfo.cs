namespace Distributed.Protocol.Nodes;

/// <summary>One cluster member.</summary>
public sealed record NodeInfo
{
    /// <summary>host:port in the cluster.</summary>
    public required string Address { get; init; }

    /// <summary>The roles it hosts.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary><c>joining</c>, <c>weaklyUp</c>, <c>up</c>, <c>leaving</c>, <c>exiting</c> or <c>down</c>.</summary>
    public required string State { get; init; }

    /// <summary>Whether its heartbeats arrive.</summary>
    public required bool Reachable { get; init; }

    /// <summary>Its program version.</summary>
    public required string Version { get; init; }

    /// <summary>Its self-reported load; null when it did not answer in time.</summary>
    public NodeLoad? Load { get; init; }
}
