namespace Distributed.Protocol.Nodes;

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
