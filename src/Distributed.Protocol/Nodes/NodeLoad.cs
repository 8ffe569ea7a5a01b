namespace Distributed.Protocol.Nodes;

/// <summary>A node's self-reported load.</summary>
public sealed record NodeLoad
{
    /// <summary>Logical processors.</summary>
    public required int Processors { get; init; }

    /// <summary>Processors the process kept busy over the last seconds (0 to <see cref="Processors"/>).</summary>
    public required double BusyProcessors { get; init; }

    /// <summary>Memory of the process, in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Memory that the process may use at most, in bytes; in a container its limit's share for the heap. 0 when the node does not say.</summary>
    public long MemoryBudgetBytes { get; init; }

    /// <summary>Seconds since the process started.</summary>
    public required double UptimeSeconds { get; init; }

    /// <summary>Training samples its workers computed per second, over the last seconds.</summary>
    public double SamplesPerSecond { get; init; }

    /// <summary>Bytes received per second on the data plane.</summary>
    public double ReceivedBytesPerSecond { get; init; }

    /// <summary>Bytes sent per second on the data plane.</summary>
    public double SentBytesPerSecond { get; init; }

    /// <summary>Workers in the process.</summary>
    public int Workers { get; init; }

    /// <summary>Jobs its workers take part in.</summary>
    public IReadOnlyList<string> Jobs { get; init; } = [];
}
