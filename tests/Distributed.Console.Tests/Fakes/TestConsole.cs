using Distributed.Console.Commands;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Tests;

namespace Distributed.Console.Tests.Fakes;

/// <summary>The console in a folder of its own, with a fake cluster; its output is kept.</summary>
internal sealed class TestConsole : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("dtrain-test-").FullName;

    public FakeTrainingClient Cluster { get; } = new();

    public ManualClock Clock { get; } = new();

    /// <summary>The options of every cluster that was started.</summary>
    public List<EmbeddedClusterOptions> Started { get; } = [];

    /// <summary>Every store that was opened without a cluster.</summary>
    public List<string> Opened { get; } = [];

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public string Store => Path.Combine(Folder, "data", "dtrain", "store.db");

    public int? TerminalWidth { get; set; }

    /// <summary>What answers HTTP requests; none is sent elsewhere.</summary>
    public FakeGateway Gateway { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    public string PathOf(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ReplaceLineEndings("\n"));
        return path;
    }

    /// <summary>What standard input holds.</summary>
    public string Input { get; set; } = "";

    /// <summary>The keyboard; null for none.</summary>
    public Func<ConsoleKeyInfo>? ReadKey { get; set; }

    public Task<int> RunAsync(params string[] arguments) => ConsoleApplication.RunAsync(arguments, Environment);

    /// <summary>Runs a command with the cluster of this process and real stores.</summary>
    public Task<int> RunRealAsync(params string[] arguments) => ConsoleApplication.RunAsync(
        arguments, Environment with { StartCluster = ProcessCluster.StartAsync, OpenStore = StoreAccess.Open, Clock = TimeProvider.System });

    public ConsoleEnvironment Environment => new()
    {
        Output = _output,
        Error = _error,
        TerminalWidth = TerminalWidth,
        Input = new StringReader(Input),
        ReadKey = ReadKey,
        Clock = Clock,
        Processors = 2,
        Variable = name => name == "XDG_DATA_HOME" ? Path.Combine(Folder, "data") : Variables.GetValueOrDefault(name),
        CreateHandler = () => Gateway.Handler(),
        StartCluster = (options, _) =>
        {
            Started.Add(options);
            return Task.FromResult<IRunningCluster>(Cluster);
        },
        OpenStore = path =>
        {
            Opened.Add(path);
            return Cluster;
        },
    };

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
