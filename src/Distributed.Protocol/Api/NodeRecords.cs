namespace Distributed.Protocol.Api;

/// <summary>Every member of the cluster, as the gateway that answers sees it.</summary>
public sealed record NodeList(IReadOnlyList<NodeInfo> Nodes);

/// <summary>One member.</summary>
public sealed record NodeInfo
{
    /// <summary>host:port in the cluster.</summary>
    public required string Address { get; init; }

    /// <summary>What it hosts.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary><c>joining</c>, <c>weaklyUp</c>, <c>up</c>, <c>leaving</c>, <c>exiting</c> or <c>down</c>.</summary>
    public required string State { get; init; }

    /// <summary>Whether its heartbeats come.</summary>
    public required bool Reachable { get; init; }

    /// <summary>The version of its program.</summary>
    public required string Version { get; init; }

    /// <summary>What it says of itself; null when it did not answer in time.</summary>
    public NodeLoad? Load { get; init; }
}

/// <summary>What a node says of itself.</summary>
public sealed record NodeLoad
{
    /// <summary>Logical processors.</summary>
    public required int Processors { get; init; }

    /// <summary>Processors that the process kept busy over the last seconds (0 to <see cref="Processors"/>).</summary>
    public required double BusyProcessors { get; init; }

    /// <summary>Bytes of memory that the process has.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Seconds since the process began.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>Training samples that its workers computed a second, over the last seconds.</summary>
    public double SamplesPerSecond { get; init; }

    /// <summary>Bytes that came on the data plane a second.</summary>
    public double ReceivedBytesPerSecond { get; init; }

    /// <summary>Bytes that went on the data plane a second.</summary>
    public double SentBytesPerSecond { get; init; }

    /// <summary>Workers in the process.</summary>
    public int Workers { get; init; }

    /// <summary>Jobs that its workers take part in.</summary>
    public IReadOnlyList<string> Jobs { get; init; } = [];
}

/// <summary>What a health check says.</summary>
/// <param name="Status"><c>live</c>, <c>ready</c> or <c>waiting</c>.</param>
/// <param name="Reason">What is waited for; null when nothing is.</param>
public sealed record HealthReport(string Status, string? Reason = null);
