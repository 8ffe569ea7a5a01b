using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;

namespace Distributed.Console.Terminals;

/// <summary>Starts the cluster that runs the jobs of this process.</summary>
internal delegate Task<IRunningCluster> ClusterStart(EmbeddedClusterOptions options, CancellationToken cancellation);

/// <summary>Opens a store that is there, by its full path.</summary>
internal delegate IStoreAccess StoreOpening(string path);

/// <summary>A cluster of this process; disposing it shuts it down in order.</summary>
internal interface IRunningCluster : IAsyncDisposable
{
    /// <summary>Submits and follows jobs.</summary>
    IJobService Client { get; }
}

/// <summary>Everything outside the program that it reads or writes; tests replace it.</summary>
internal sealed record ConsoleEnvironment
{
    /// <summary>Standard output: for JSON, rows of predictions, and terminals, whose control characters are this program's own.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard output for words, which may hold names of files and servers.</summary>
    public TextWriter Words => PrintableWriter.Over(Output);

    /// <summary>Standard error, for words.</summary>
    public required TextWriter Error { get; init => field = PrintableWriter.Over(value); }

    /// <summary>Columns of the terminal behind standard output; null when there is none, or its cursor cannot move.</summary>
    public int? TerminalWidth { get; init; }

    /// <summary>Rows of that terminal.</summary>
    public int TerminalRows { get; init; } = 24;

    /// <summary>Measures the terminal's columns and rows; null when they cannot change.</summary>
    public Func<(int Width, int Rows)>? Measure { get; init; }

    /// <summary>This environment with the terminal's present size.</summary>
    public ConsoleEnvironment Measured()
    {
        if (TerminalWidth is null || Measure is null) return this;
        var (width, rows) = Measure();
        return this with { TerminalWidth = width, TerminalRows = rows };
    }

    /// <summary>Whether the terminal shows colours.</summary>
    public bool Colours { get; init; }

    /// <summary>The only clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Logical processors.</summary>
    public required int Processors { get; init; }

    /// <summary>Environment variables.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Starts the cluster.</summary>
    public required ClusterStart StartCluster { get; init; }

    /// <summary>Opens a store for a command that only reads it.</summary>
    public StoreOpening OpenStore { get; init; } = StoreAccess.Open;

    /// <summary>Creates the handler of HTTP requests.</summary>
    public Func<HttpMessageHandler> CreateHandler { get; init; } = () => new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = System.Net.DecompressionMethods.All,
    };

    /// <summary>Whether commands that must shut down in order catch Ctrl-C and SIGTERM.</summary>
    public bool CatchesSignals { get; init; }

    /// <summary>Ends the running command; cancelled by a prompt, which runs several commands in this process.</summary>
    public CancellationToken Ending { get; init; }

    /// <summary>Standard input, by the line.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>Reads the next key, Ctrl-C included; null without a keyboard or a screen to draw on.</summary>
    public Func<ConsoleKeyInfo>? ReadKey { get; init; }

    /// <summary>Whether commands come from a prompt of this process.</summary>
    public bool IsPrompt { get; init; }

    /// <summary>The process's own environment.</summary>
    /// <param name="startCluster">Starts the cluster of this process.</param>
    public static ConsoleEnvironment OfProcess(ClusterStart startCluster)
    {
        Func<string, string?> variable = Environment.GetEnvironmentVariable;
        var cursor = !System.Console.IsOutputRedirected && (OperatingSystem.IsWindows() || variable("TERM") is not (null or "" or "dumb"));
        return new ConsoleEnvironment
        {
            Output = System.Console.Out,
            Error = System.Console.Error,
            Input = System.Console.In,
            ReadKey = cursor && !System.Console.IsInputRedirected ? Keyboard.Read : null,
            TerminalWidth = cursor ? SizeOfTerminal().Width : null,
            TerminalRows = cursor ? SizeOfTerminal().Rows : 0,
            Measure = SizeOfTerminal,
            Colours = string.IsNullOrEmpty(variable("NO_COLOR")),
            Clock = TimeProvider.System,
            Processors = Environment.ProcessorCount,
            Variable = variable,
            StartCluster = startCluster,
            CatchesSignals = true,
        };
    }

    /// <summary>A terminal of unknown size reports 0 × 0 and counts as 80 × 24.</summary>
    private static (int Width, int Rows) SizeOfTerminal() => System.Console.WindowWidth is > 0 and var width && System.Console.WindowHeight is > 0 and var rows
        ? (width, rows)
        : (80, 24);
}
