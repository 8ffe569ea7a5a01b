using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Distributed.Api;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Jobs.Gateway;
using Distributed.Node.Configuration;
using Distributed.Node.Http;
using Distributed.Node.Keys;
using Microsoft.Extensions.Logging;

namespace Distributed.Dashboard.Tests.Browsers;

/// <summary>A cluster of one real node with all roles, over a store of its own; its gateway serves the pages on loopback.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-pages-").FullName;
    private ClusterNode _node = null!;
    private HttpServer _server = null!;

    /// <summary>Where the pages are, open to everybody.</summary>
    public string Address => _server.Address;

    /// <summary>The node's own address, for others that join.</summary>
    public string Seed => _node.Address;

    /// <summary>The API.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>A folder that is deleted at the end.</summary>
    public string Folder => _folder;

    internal string Store => Path.Combine(_folder, "store.db");

    public async Task InitializeAsync()
    {
        var port = FreePort();
        _node = await ClusterNode.StartAsync(new ClusterNodeOptions
        {
            Roles = new HashSet<string> { NodeRoles.Coordinator, NodeRoles.ParameterServer, NodeRoles.Worker, NodeRoles.Gateway },
            Port = port,
            SeedNodes = [$"127.0.0.1:{port}"],
            Store = StoreSettings.Parse(Store),
            Threads = 1,
            MaximumRunningJobs = 2,
            Logging = logging => logging.SetMinimumLevel(LogLevel.None),
        }, CancellationToken.None);
        await _node.Joined.WaitAsync(TimeSpan.FromSeconds(60));
        _server = await ServeAsync(ApiKeys.None, "open");
        Client = new HttpClient { BaseAddress = new Uri(_server.Address), Timeout = TimeSpan.FromSeconds(60) };
        await UntilAsync(async () => (await Client.GetAsync(ApiRoutes.Ready)).IsSuccessStatusCode, "the gateway is not ready");
    }

    /// <summary>Another gateway before the same node.</summary>
    /// <param name="keys">Its keys.</param>
    /// <param name="name">Of its data folder; the same name has the same sessions.</param>
    /// <param name="port">Where it listens; 0 for anywhere.</param>
    /// <param name="keysFile">The keys' file; null for none.</param>
    internal Task<HttpServer> ServeAsync(ApiKeys keys, string name, int port = 0, string? keysFile = null) => HttpServer.StartAsync(
        new HttpSettings
        {
            Address = new IPEndPoint(IPAddress.Loopback, port),
            IsGateway = true,
            DataFolder = Path.Combine(_folder, name),
            StoreFile = Store,
            Keys = keys,
            KeysFile = keysFile,
        },
        GatewayAccess.Of(_node), logging => logging.SetMinimumLevel(LogLevel.None), CancellationToken.None);

    /// <summary>Submits a job.</summary>
    public async Task<JobDetail> SubmitAsync(string jobFile)
    {
        using var content = new StringContent(jobFile, Encoding.UTF8, "application/json");
        using var response = await Client.PostAsync(ApiRoutes.Jobs, content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize(text, ApiJson.Default.JobDetail)!;
    }

    /// <summary>Uploads a table.</summary>
    public async Task<Dataset> UploadAsync(string csv, string name)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(csv)) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } };
        using var response = await Client.PostAsync($"{ApiRoutes.Datasets}?name={name}", content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize(text, ApiJson.Default.Dataset)!;
    }

    /// <summary>A job once it has ended.</summary>
    public async Task<JobDetail> UntilEndedAsync(string job)
    {
        JobDetail? detail = null;
        await UntilAsync(async () => (detail = await GetAsync(job)).Summary.EndedAt is not null, $"{job} has not ended");
        return detail!;
    }

    /// <summary>A job.</summary>
    public async Task<JobDetail> GetAsync(string job) => JsonSerializer.Deserialize(await Client.GetStringAsync(ApiRoutes.Job(job)), ApiJson.Default.JobDetail)!;

    /// <summary>Asks until something holds, for a minute at most.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string otherwise)
    {
        for (var until = DateTime.UtcNow.AddSeconds(60); !await holds();)
        {
            Assert.True(DateTime.UtcNow < until, otherwise);
            await Task.Delay(100);
        }
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async Task DisposeAsync()
    {
        Client?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        if (_node is not null) await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Tests that share the one cluster.</summary>
[CollectionDefinition(Name)]
public sealed class GatewayCollection : ICollectionFixture<GatewayFixture>, ICollectionFixture<BrowserFixture>
{
    public const string Name = "gateway";
}
