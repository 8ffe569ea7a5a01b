using System.Net;
using System.Net.Sockets;
using System.Text;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Jobs.Gateway;
using Distributed.Node.Configuration;
using Distributed.Node.Http;
using Distributed.Tests;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Http;

/// <summary>Connections that send anything but what a port expects: what they write into the log.</summary>
public sealed class GarbageTests(ITestOutputHelper output) : IDisposable
{
    private const int Connections = 300, Seed = 20_261_130;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-garbage-").FullName;
    private readonly Lines _log = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Three_hundred_of_them_at_each_port_write_a_few_lines_and_the_node_goes_on(bool isSecure)
    {
        using var certificates = new TestCertificates();
        var identity = isSecure ? ClusterIdentity.Open(certificates.WriteNode(Path.Combine(_folder, "certificates")), _log.CreateLogger("identity")) : null;
        var port = FreePort();
        await using var node = await ClusterNode.StartAsync(new ClusterNodeOptions
        {
            Roles = new HashSet<string> { NodeRoles.Coordinator, NodeRoles.ParameterServer, NodeRoles.Worker, NodeRoles.Gateway },
            Port = port,
            SeedNodes = [$"127.0.0.1:{port}"],
            Store = StoreSettings.Parse(Path.Combine(_folder, "store.db")),
            Threads = 1,
            Identity = identity,
            Logging = Log,
        }, CancellationToken.None);
        await node.Joined.WaitAsync(TimeSpan.FromSeconds(60));
        await using var server = await HttpServer.StartAsync(
            new HttpSettings { Address = new IPEndPoint(IPAddress.Loopback, 0), IsGateway = true, DataFolder = Path.Combine(_folder, "data"), Identity = identity }, GatewayAccess.Of(node), Log, CancellationToken.None);
        var before = _log.Length;

        var random = new Random(Seed);
        foreach (var (name, at) in ((string, int)[])[("cluster", port), ("tensors", IPEndPoint.Parse(node.Data.Addresses.First(address => IPEndPoint.TryParse(address, out _))).Port), ("HTTP", new Uri(server.Address).Port)])
        {
            var place = new IPEndPoint(IPAddress.Loopback, at);
            var began = _log.Length;
            for (var i = 0; i < Connections; i++) await SendAsync(place, Garbage(random, i));
            output.WriteLine($"seed {Seed}, {(isSecure ? "with" : "without")} certificates, {name}: {_log.Length - began:#,0} characters");
        }
        await Task.Delay(500); // what is still being written belongs to the measure; the bound holds without
        Assert.True(_log.Length - before < 20_000, $"{_log.Length - before:#,0} characters:\n{_log}"[..Math.Min(4_000, _log.ToString().Length)]);
        using var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }) { BaseAddress = new Uri(server.Address) };
        await client.UntilAsync("/health/ready", response => response.IsSuccessStatusCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Log(ILoggingBuilder logging) => logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddProvider(_log);

    private static byte[] Garbage(Random random, int i)
    {
        var bytes = new byte[random.Next(1, 400)];
        random.NextBytes(bytes);
        if (i % 4 == 1) "GET /\u0000 HTTP/1.1\r\nHost: "u8.ToArray().AsSpan(0, Math.Min(22, bytes.Length)).CopyTo(bytes);
        if (i % 4 == 2 && bytes.Length > 5) new byte[] { 22, 3, 1, 2, 0 }.CopyTo(bytes, 0); // as TLS begins
        if (i % 4 == 3 && bytes.Length > 4) BitConverter.GetBytes(bytes.Length - 4).CopyTo(bytes, 0); // as a frame with its length
        return bytes;
    }

    private static async Task SendAsync(IPEndPoint place, byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(place);
            await socket.SendAsync(bytes);
            socket.Shutdown(SocketShutdown.Send);
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            while (await socket.ReceiveAsync(new byte[256], patience.Token) > 0) { }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Closed by the node, or it waits for more.
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class Lines : ILoggerProvider
    {
        private readonly StringBuilder _text = new();

        public int Length
        {
            get
            {
                lock (_text) return _text.Length;
            }
        }

        public override string ToString()
        {
            lock (_text) return _text.ToString();
        }

        public ILogger CreateLogger(string categoryName) => new One(this, categoryName);

        public void Dispose() { }

        private sealed class One(Lines lines, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                lock (lines._text) lines._text.AppendLine($"{logLevel} {category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
