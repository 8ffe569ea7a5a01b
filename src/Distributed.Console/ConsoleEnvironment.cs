using Distributed.Cluster;

namespace Distributed.Console;

/// <summary>Starts the cluster that runs the jobs of this process.</summary>
internal delegate Task<IRunningCluster> ClusterStart(EmbeddedClusterOptions options, CancellationToken cancellation);

/// <summary>A cluster that this process started; disposing of it leaves it in good order.</summary>
internal interface IRunningCluster : IAsyncDisposable
{
    /// <summary>What is done with it.</summary>
    ITrainingClient Client { get; }
}

/// <summary>Everything outside the program that it reads or writes, so that tests can put something else there.</summary>
internal sealed record ConsoleEnvironment
{
    /// <summary>Standard output.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Columns of the terminal behind standard output; null when that is none, or one that cannot move its cursor.</summary>
    public int? TerminalWidth { get; init; }

    /// <summary>Rows of that terminal.</summary>
    public int TerminalRows { get; init; } = 24;

    /// <summary>Whether the terminal may be painted in colours.</summary>
    public bool Colours { get; init; }

    /// <summary>The clock; no other is read.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Logical processors.</summary>
    public required int Processors { get; init; }

    /// <summary>Environment variables.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Starts the cluster.</summary>
    public required ClusterStart StartCluster { get; init; }

    /// <summary>Whether Ctrl-C and SIGTERM are caught.</summary>
    public bool CatchesSignals { get; init; }

    /// <summary>The process's own.</summary>
    public static ConsoleEnvironment OfProcess()
    {
        Func<string, string?> variable = Environment.GetEnvironmentVariable;
        var cursor = !System.Console.IsOutputRedirected && (OperatingSystem.IsWindows() || variable("TERM") is not (null or "" or "dumb"));
        return new ConsoleEnvironment
        {
            Output = System.Console.Out,
            Error = System.Console.Error,
            TerminalWidth = cursor ? System.Console.WindowWidth : null,
            TerminalRows = cursor ? System.Console.WindowHeight : 0,
            Colours = string.IsNullOrEmpty(variable("NO_COLOR")),
            Clock = TimeProvider.System,
            Processors = Environment.ProcessorCount,
            Variable = variable,
            StartCluster = Sessions.ProcessCluster.StartAsync,
            CatchesSignals = true,
        };
    }
}
