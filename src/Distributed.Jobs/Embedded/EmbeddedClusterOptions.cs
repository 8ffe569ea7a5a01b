using Distributed.Cluster.Compute;
using Distributed.Tensors;
using Microsoft.Extensions.Logging;

namespace Distributed.Jobs.Embedded;

/// <summary>How the one-process cluster is set up: one node with all roles on loopback.</summary>
public sealed record EmbeddedClusterOptions
{
    /// <summary>The SQLite file that holds journal and snapshots; made when missing. One process at a time owns it.</summary>
    public required string StorePath { get; init; }

    /// <summary>Worker actors in this process.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Compute threads of the whole process, shared out among the workers (at least one each).</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Where log lines of warning level and above go; verbose adds the rest.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Where log entries go instead: a host program's loggers, by their own levels. Not disposed with the cluster.</summary>
    public ILoggerFactory? Loggers { get; init; }

    /// <summary>Log everything, not warnings alone.</summary>
    public bool Verbose { get; init; }

    /// <summary>Judges the machine's arithmetic.</summary>
    internal Func<ArithmeticVerdict> Arithmetic { get; init; } = () => MachineArithmetic.Verdict;

    /// <summary>Creates the workspaces of the workers' compute threads.</summary>
    internal ShardTaskFactory ShardTasks { get; init; } = ShardTask.Factory;
}
