using Distributed.Console.Prompting;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;

namespace Distributed.Console.Terminals;

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

    /// <summary>Columns and rows of the terminal as they are now; null where nobody can change them.</summary>
    public Func<(int Width, int Rows)>? Measure { get; init; }

    /// <summary>This environment with the terminal as large as it is now.</summary>
    public ConsoleEnvironment Measured()
    {
        if (TerminalWidth is null || Measure is null) return this;
        var (width, rows) = Measure();
        return this with { TerminalWidth = width, TerminalRows = rows };
    }

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

    /// <summary>What carries HTTP requests.</summary>
    public Func<HttpMessageHandler> CreateHandler { get; init; } = () => new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = System.Net.DecompressionMethods.All,
    };

    /// <summary>Whether a command that has something to leave in good order catches Ctrl-C and SIGTERM itself.</summary>
    public bool CatchesSignals { get; init; }

    /// <summary>Ends the command that runs: asked for by what runs several commands in this process.</summary>
    public CancellationToken Ending { get; init; }

    /// <summary>Standard input, by the line.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>The next key of the keyboard, Ctrl-C among them; null when standard input is no keyboard or the screen cannot be drawn on.</summary>
    public Func<ConsoleKeyInfo>? ReadKey { get; init; }

    /// <summary>Whether commands come from a prompt of this process.</summary>
    public bool IsPrompt { get; init; }

    /// <summary>The process's own.</summary>
    public static ConsoleEnvironment OfProcess()
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
            StartCluster = Sessions.ProcessCluster.StartAsync,
            CatchesSignals = true,
        };
    }

    /// <summary>A terminal that nobody gave a size says 0 × 0: then it is taken for one as they all once were.</summary>
    private static (int Width, int Rows) SizeOfTerminal() => System.Console.WindowWidth is > 0 and var width && System.Console.WindowHeight is > 0 and var rows
        ? (width, rows)
        : (80, 24);
}
