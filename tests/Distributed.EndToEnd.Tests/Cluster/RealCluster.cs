using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>A database, core nodes and workers, each a process, and a client that joins the cluster from the tests' process.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    private readonly ClusterPlace _place;
    private readonly string _store;
    private readonly List<NodeProcess> _all = [], _gateways = [];
    private readonly HashSet<NodeProcess> _special = []; // workers with settings of their own
    private readonly Dictionary<NodeProcess, NodePlace> _places = [];
    private ITestOutputHelper _output;
    private ClusterNode? _client;
    private IJobService? _training;
    private int _named;

    private RealCluster(ITestOutputHelper output, ClusterPlace place, string? store)
    {
        _output = output;
        _place = place;
        _store = store ?? place.Database!.ConnectionString;
    }

    public List<NodeProcess> Core { get; } = [];

    public List<NodeProcess> Workers { get; } = [];

    public IJobService Client => _training!;

    /// <summary>The data folder of a node or of the client.</summary>
    public string DataFolderOf(string name) => Path.Combine(_place.Folder, "data", name.Replace(' ', '-'));

    /// <summary>Where a node keeps the samples of jobs.</summary>
    public string SamplesOf(NodeProcess node) => Path.Combine(DataFolderOf(node.Name), "samples");

    /// <summary>The cluster's own database; absent when another store was named.</summary>
    public PostgresServer Database => _place.Database!;

    /// <summary>Starts the processes and waits until all have found each other.</summary>
    /// <param name="output">Where logs go when the test fails.</param>
    /// <param name="core">Nodes with the roles coordinator and parameter-server.</param>
    /// <param name="workers">Nodes with the role worker and one thread.</param>
    /// <param name="place">Addresses and namespaces; null for loopback and a PostgreSQL server of the cluster's own.</param>
    public static Task<RealCluster> StartAsync(ITestOutputHelper output, int core, int workers, ClusterPlace? place = null) =>
        StartAsync(output, [.. Enumerable.Repeat("coordinator,parameter-server", core)], workers, place);

    /// <summary>As above, with the roles of each core node.</summary>
    public static async Task<RealCluster> StartAsync(
        ITestOutputHelper output, string[] core, int workers, ClusterPlace? place = null, string? store = null)
    {
        place ??= await LoopbackPlace.StartAsync(core.Length, withDatabase: store is null);
        var cluster = new RealCluster(output, place, store);
        try
        {
            foreach (var roles in core) cluster.AddCore(roles);
            await cluster.ConnectAsync();
            await cluster.MakeWholeAsync(workers);
            return cluster;
        }
        catch
        {
            cluster.PrintLogs();
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a test's body; prints the nodes' logs when it fails.</summary>
    public Task RunAsync(Func<Task> test) => RunAsync(_output, test);

    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    public async Task RunAsync(ITestOutputHelper output, Func<Task> test)
    {
        _output = output;
        try
        {
            await test();
        }
        catch
        {
            PrintLogs();
            throw;
        }
    }

    public NodeProcess AddWorker(params string[] arguments)
    {
        var node = Start("worker", _place.NextWorker(), ["--roles", "worker", "--threads", "1", .. arguments]);
        Workers.Add(node);
        if (arguments.Length > 0) _special.Add(node);
        return node;
    }

    /// <summary>
    /// Makes the cluster whole after another test: core nodes that died are started again, and as many workers run as are asked for. Workers
    /// with settings of their own leave first.
    /// </summary>
    public async Task MakeWholeAsync(int workers)
    {
        Workers.RemoveAll(node => node.HasExited);
        var leaving = Workers.Where(_special.Contains).Union(Workers.Skip(workers)).ToList();
        Workers.RemoveAll(leaving.Contains);
        await EndAsync(leaving);
        foreach (var gone in _all.Except(Core).Except(Workers).ToList()) // a later failure prints the logs of its own test
        {
            gone.Dispose();
            _all.Remove(gone);
        }
        foreach (var node in Core.Where(node => node.HasExited)) node.StartAgain();
        await SettleAsync();
        // A few at a time: many programs that start at once keep two cores busy for half a minute.
        while (Workers.Count < workers)
        {
            for (var i = 0; i < 3 && Workers.Count < workers; i++) AddWorker();
            await SettleAsync();
        }
    }

    /// <summary>Ends all gateways by SIGTERM.</summary>
    public async Task EndGatewaysAsync()
    {
        await EndAsync(_gateways.Where(node => !node.HasExited));
        _gateways.Clear();
    }

    /// <summary>Makes the tests' process a node of the cluster, anew when it was one.</summary>
    public async Task ConnectAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = await ClusterNode.StartAsync(
            new ClusterNodeOptions
            {
                Roles = new HashSet<string>(),
                Hostname = _place.ClientHost,
                Identity = _place.Certificates is { } folder ? ClusterIdentity.Open(folder, NullLogger.Instance) : null,
                SeedNodes = _place.Seeds,
                DataFolder = DataFolderOf("client"),
                Store = StoreSettings.Parse(_place.Database?.ConnectionString ?? Path.Combine(_place.Folder, "client.db")),
                Logging = logging => logging.SetMinimumLevel(LogLevel.None),
            }, CancellationToken.None);
        _training = NodeClient.Of(_client);
    }

    /// <summary>A node with the role gateway, and where its API is.</summary>
    public (NodeProcess Node, Uri Address) AddGateway(string dataFolder)
    {
        var port = PostgresServer.FreePort();
        var node = Start("gateway", _place.NextWorker(), "--roles", "gateway", "--http", $"{port}", "--data-dir", dataFolder, "--store", _store);
        _gateways.Add(node);
        return (node, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>Waits until the cluster counts exactly the nodes that run.</summary>
    public async Task SettleAsync()
    {
        await _client!.Joined.WaitAsync(Bound);
        await UntilAsync(
            () => _client.CountMembers(NodeRoles.Worker) == Workers.Count && _client.CountMembers(NodeRoles.Core) == Core.Count,
            () => $"the cluster counts {_client.CountMembers(NodeRoles.Worker)} workers and {_client.CountMembers(NodeRoles.Core)} core nodes");
    }

    /// <summary>
    /// Waits until the cluster counts all core nodes, as they run now: a killed node counts until its death is detected, and two dead nodes of
    /// three end the cluster.
    /// </summary>
    public async Task SettleCoreAsync()
    {
        foreach (var node in Core) await UntilAsync(() => node.HasJoined, () => $"{node.Name} is not in the cluster");
        await UntilAsync(
            () => _client!.CountMembers(NodeRoles.Core) == Core.Count, () => $"the cluster counts {_client!.CountMembers(NodeRoles.Core)} core nodes");
    }

    /// <summary>Where a node runs.</summary>
    public NodePlace PlaceOf(NodeProcess node) => _places[node];

    /// <summary>Asserts that no step was made twice; the message says whether living core nodes were taken for dead.</summary>
    public void AssertNoRewind(RunningJob job)
    {
        var rewinds = job.Events.OfType<JobRewound>().ToList();
        Assert.True(rewinds.Count == 0, $"{string.Join("; ", rewinds)}; core nodes were taken for dead {Core.Sum(node => node.Downings)} times");
    }

    /// <summary>Polls a condition, within a minute and a half.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Bound) throw new TimeoutException(otherwise());
            await Task.Delay(20);
        }
    }

    /// <summary>kill -9 of a worker, which does not come back.</summary>
    public async Task KillWorkerAsync(NodeProcess worker)
    {
        Workers.Remove(worker);
        await worker.KillAsync();
    }

    /// <summary>The core node where a job's newest coordinator began, as the nodes' logs tell.</summary>
    public NodeProcess FindCoordinator(string job) => Told(job, "coordinator of term (\\d+) begins here").MaxBy(told => told.Number).Node;

    /// <summary>The core nodes that hold a job's blocks, as the nodes' logs tell.</summary>
    public IReadOnlyList<NodeProcess> FindHolders(string job)
    {
        var lineage = Lineage(job).Number;
        return [.. Told(job, "block \\d+ of lineage (\\d+) is here").Where(told => told.Number == lineage).Select(told => told.Node).Distinct()];
    }

    /// <summary>A job's newest lineage, and the step that it began from.</summary>
    public (long Number, long FromStep) Lineage(string job)
    {
        var (_, number, last) = Told(job, "lineage (\\d+) begins from step (\\d+)").MaxBy(told => told.Number);
        return (number, last);
    }

    /// <summary>Starts a job and gives its events, each with the time at which it came.</summary>
    public async Task<RunningJob> SubmitAsync(string name, JobSpecification specification, RunOptions options, DataSettings source, EncodedDataSet data)
    {
        var id = new JobId(name);
        await Client.StartAsync(new JobSubmission(id, specification, options, source, data), CancellationToken.None);
        return new RunningJob(() => Client, id, specification, data);
    }

    public Task<RunningJob> SubmitDigitsAsync(string name, RunOptions options, int epochs = DigitsJob.Endless) =>
        SubmitAsync(name, DigitsJob.Specify(epochs), options, DigitsJob.Source, DigitsJob.Data);

    /// <summary>A job's last weights from a SQLite store, once the nodes have given it up.</summary>
    public async Task<float[]> ReadSqliteAsync(string job, string store)
    {
        await EndAsync(Core);
        await using var reader = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { StorePath = store, Workers = 1, Threads = 1, Log = _ => { } }, CancellationToken.None);
        return await reader.Client.ReadWeightsAsync(new JobId(job), CheckpointChoice.Last, CancellationToken.None);
    }

    public static string Sha256Of(ReadOnlySpan<float> weights) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(weights)));

    public void PrintLogs()
    {
        foreach (var node in _all)
        {
            _output.WriteLine($"---- {node.Name}{(node.HasExited ? " (ended)" : "")}");
            foreach (var line in node.Telling(40)) _output.WriteLine(line);
        }
        if (Environment.GetEnvironmentVariable("DISTRIBUTED_TEST_LOGS") is not { Length: > 0 } folder) return;
        Directory.CreateDirectory(folder);
        foreach (var node in _all) File.WriteAllLines(Path.Combine(folder, $"{node.Name}.log"), node.Lines);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _all) node.Dispose();
        if (_client is not null) await _client.DisposeAsync();
        await _place.DisposeAsync();
    }

    private void AddCore(string roles)
    {
        var at = _place.Core[Core.Count];
        Core.Add(Start("core", at, "--roles", roles, "--port", $"{at.Port}", "--store", _store));
    }

    private NodeProcess Start(string kind, NodePlace at, params string[] arguments)
    {
        string[] identity = _place.Certificates is { } folder ? ["--certificates", folder] : [];
        var name = $"{kind} {_named++}";
        string[] data = arguments.Contains("--data-dir") ? [] : ["--data-dir", DataFolderOf(name)];
        var node = NodeProcess.Start(
            name, at.Within,
            [.. arguments, "--hostname", at.Host, "--seed-nodes", string.Join(',', _place.Seeds), .. data, .. identity]);
        _all.Add(node);
        _places[node] = at;
        return node;
    }

    private static async Task EndAsync(IEnumerable<NodeProcess> nodes)
    {
        var leaving = nodes.ToList();
        foreach (var node in leaving) node.Send(Signals.Terminate);
        foreach (var node in leaving) Assert.Equal(0, await node.WaitForExitAsync(TimeSpan.FromSeconds(60)));
    }

    /// <summary>Log lines of the core nodes about a job, by a pattern whose first and last groups are numbers.</summary>
    private IEnumerable<(NodeProcess Node, long Number, long Last)> Told(string job, string pattern)
    {
        var expression = new Regex($"job {Regex.Escape(job)}: {pattern}");
        return Core.SelectMany(node => node.Lines.Select(line => (Node: node, Match: expression.Match(line))))
            .Where(found => found.Match.Success)
            .Select(found => (found.Node, long.Parse(found.Match.Groups[1].Value), long.Parse(found.Match.Groups[^1].Value)));
    }
}
