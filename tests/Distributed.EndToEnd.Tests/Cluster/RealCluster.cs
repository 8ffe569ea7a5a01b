using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Distributed.Cluster;
using Distributed.Learning.Data;
using Distributed.Protocol;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>A database, core nodes, workers, each a process; and a client that is a node of the cluster in the tests' process.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    private readonly ITestOutputHelper _output;
    private readonly PostgresServer _database;
    private readonly string _seed = $"127.0.0.1:{PostgresServer.FreePort()}";
    private readonly List<NodeProcess> _all = [];
    private ClusterNode _client = null!;
    private int _named;

    private RealCluster(ITestOutputHelper output, PostgresServer database)
    {
        _output = output;
        _database = database;
    }

    public List<NodeProcess> Core { get; } = [];

    public List<NodeProcess> Workers { get; } = [];

    public ITrainingClient Client => _client.Client;

    public static async Task<RealCluster> StartAsync(ITestOutputHelper output, int core, int workers)
    {
        var cluster = new RealCluster(output, await PostgresServer.StartAsync());
        try
        {
            for (var i = 0; i < core; i++) cluster.AddCore();
            for (var i = 0; i < workers; i++) cluster.AddWorker();
            cluster._client = await ClusterNode.StartAsync(
                new ClusterNodeOptions
                {
                    Roles = new HashSet<string>(),
                    SeedNodes = [cluster._seed],
                    Store = StoreSettings.Parse(cluster._database.ConnectionString),
                    Logging = logging => logging.SetMinimumLevel(LogLevel.None),
                }, CancellationToken.None);
            await cluster.SettleAsync();
            return cluster;
        }
        catch
        {
            cluster.PrintLogs();
            await cluster.DisposeAsync();
            throw;
        }
    }

    public NodeProcess AddCore()
    {
        var port = Core.Count == 0 && _named == 0 ? _seed[(_seed.IndexOf(':') + 1)..] : "0";
        var node = Start("core", "--roles", "coordinator,parameter-server", "--port", port, "--store", _database.ConnectionString);
        Core.Add(node);
        return node;
    }

    public NodeProcess AddWorker()
    {
        var node = Start("worker", "--roles", "worker", "--threads", "1");
        Workers.Add(node);
        return node;
    }

    /// <summary>Waits until the cluster counts exactly the nodes that run.</summary>
    public async Task SettleAsync()
    {
        var clock = Stopwatch.StartNew();
        await _client.Joined.WaitAsync(Bound);
        while (_client.CountMembers(NodeRoles.Worker) != Workers.Count || _client.CountMembers(NodeRoles.Core) != Core.Count)
        {
            if (clock.Elapsed > Bound) throw new TimeoutException($"the cluster counts {_client.CountMembers(NodeRoles.Worker)} workers and {_client.CountMembers(NodeRoles.Core)} core nodes");
            await Task.Delay(20);
        }
    }

    /// <summary>Starts a job and gives its events, each with the time at which it came.</summary>
    public async Task<RunningJob> SubmitAsync(string name, JobSpecification specification, RunOptions options, DataSettings source, EncodedDataSet data)
    {
        var id = new JobId(name);
        await Client.StartAsync(new JobSubmission(id, specification, options, source, data), CancellationToken.None);
        return new RunningJob(Client, id);
    }

    public static string Sha256Of(ReadOnlySpan<float> weights) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(weights)));

    public void PrintLogs()
    {
        foreach (var node in _all)
        {
            _output.WriteLine($"---- {node.Name}{(node.HasExited ? " (ended)" : "")}");
            foreach (var line in node.Lines.TakeLast(60)) _output.WriteLine(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        foreach (var node in _all) node.Dispose();
        await _database.DisposeAsync();
    }

    private NodeProcess Start(string kind, params string[] arguments)
    {
        var node = NodeProcess.Start($"{kind} {_named++}", [.. arguments, "--seed-nodes", _seed]);
        _all.Add(node);
        return node;
    }
}
