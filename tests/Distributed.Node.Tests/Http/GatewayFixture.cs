using System.Net;
using System.Net.Sockets;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Jobs.Gateway;
using Distributed.Node.Configuration;
using Distributed.Node.Http;
using Distributed.Node.Keys;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Tests.Http;

/// <summary>A whole cluster of one node with all roles, over a store and a data folder of its own, and its HTTP API on loopback.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-gateway-").FullName;
    private ClusterNode _node = null!;
    private HttpServer _server = null!;

    /// <summary>Speaks to the API.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>The cluster behind the API.</summary>
    internal GatewayAccess Cluster => GatewayAccess.Of(_node);

    /// <summary>Where the node's actors are reached, as host:port.</summary>
    public string Address => _node.Address;

    /// <summary>Where the node takes tensors.</summary>
    public DataEndpoint Tensors => _node.Data;

    public string DataFolder => Path.Combine(_folder, "data");

    public async Task InitializeAsync()
    {
        var port = FreePort();
        var options = new ClusterNodeOptions
        {
            Roles = new HashSet<string> { NodeRoles.Coordinator, NodeRoles.ParameterServer, NodeRoles.Worker, NodeRoles.Gateway },
            Port = port,
            SeedNodes = [$"127.0.0.1:{port}"],
            Store = StoreSettings.Parse(Path.Combine(_folder, "store.db")),
            Threads = 1,
            MaximumRunningJobs = 4,
            Logging = logging => logging.SetMinimumLevel(LogLevel.None),
        };
        _node = await ClusterNode.StartAsync(options, CancellationToken.None);
        await _node.Joined.WaitAsync(TimeSpan.FromSeconds(60));
        _server = await ServeAsync(DataFolder, ApiKeys.None, new HttpLimits { RequestsPerSecond = 100_000, UploadBytes = 8 << 20, Streams = 300 });
        Client = new HttpClient { BaseAddress = new Uri(_server.Address), Timeout = TimeSpan.FromSeconds(60) };
        await Client.UntilAsync("/health/ready", response => response.IsSuccessStatusCode);
    }

    /// <summary>Another server before the same node.</summary>
    internal Task<HttpServer> ServeAsync(string dataFolder, ApiKeys keys, HttpLimits limits) =>
        ServeAsync(new HttpSettings { Address = new IPEndPoint(IPAddress.Loopback, 0), IsGateway = true, DataFolder = dataFolder, Keys = keys, Limits = limits });

    /// <inheritdoc cref="ServeAsync(string, ApiKeys, HttpLimits)"/>
    internal Task<HttpServer> ServeAsync(HttpSettings settings) => HttpServer.StartAsync(
        settings,
        GatewayAccess.Of(_node), logging => logging.SetMinimumLevel(LogLevel.None), CancellationToken.None);

    public async Task DisposeAsync()
    {
        Client?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        if (_node is not null) await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

/// <summary>Tests that share the one cluster.</summary>
[CollectionDefinition(Name)]
public sealed class GatewayCollection : ICollectionFixture<GatewayFixture>
{
    public const string Name = "gateway";
}
