using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using Distributed.Api;
using Distributed.Cluster.Hosting;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;

namespace Distributed.Node.Tests.Http;

/// <summary>Connections that send nothing, at each port of a real node, do not keep others out.</summary>
[Collection(GatewayCollection.Name)]
public sealed class IdleConnectionTests(GatewayFixture gateway)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Idle_connections_at_the_http_port_stop_no_request_and_a_server_of_health_alone_answers_too()
    {
        var settings = new HttpSettings
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            IsGateway = true,
            DataFolder = gateway.DataFolder,
            Limits = new HttpLimits { RequestsPerSecond = 100_000 },
        };
        await using var server = await gateway.ServeAsync(settings);
        await using var health = await gateway.ServeAsync(settings with { IsHealthAlone = true });
        using var early = new HttpClient { BaseAddress = new Uri(server.Address) };
        Assert.Equal(HttpStatusCode.OK, (await early.GetAsync(ApiRoutes.Live)).StatusCode);

        var idle = await ConnectAsync(new Uri(server.Address).Port, 2_100);
        try
        {
            using var late = new HttpClient { BaseAddress = new Uri(server.Address) };
            using var apart = new HttpClient { BaseAddress = new Uri(health.Address) };
            foreach (var client in new[] { early, late, apart })
            {
                var clock = Stopwatch.StartNew();
                Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(ApiRoutes.Live).WaitAsync(Bound)).StatusCode);
                Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5)); // usually a few milliseconds; other tests run beside
            }
            Assert.Equal(HttpStatusCode.OK, (await late.GetAsync(ApiRoutes.Jobs)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await apart.GetAsync(ApiRoutes.Jobs)).StatusCode);
            Assert.Contains("http_server", await apart.GetStringAsync(ApiRoutes.Metrics), StringComparison.Ordinal);
            await UntilOpenAsync(idle, new HttpLimits().IdleConnections);
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_connection_keeps_its_place_while_it_has_a_request()
    {
        await using var server = await gateway.ServeAsync(gateway.DataFolder, ApiKeys.None, new HttpLimits { IdleConnections = 3, RequestsPerSecond = 100_000 });
        await gateway.Client.SubmitAsync("""{ "data": "digits", "epochs": 100000, "name": "watched-in-a-flood" }""");
        try
        {
            using var watcher = new HttpClient { BaseAddress = new Uri(server.Address) };
            await using var stream = await watcher.GetStreamAsync(ApiRoutes.JobEvents("watched-in-a-flood"));
            using var reader = new StreamReader(stream);
            Assert.NotNull(await reader.ReadLineAsync());
            var idle = await ConnectAsync(new Uri(server.Address).Port, 40);
            await UntilOpenAsync(idle, 3);
            for (var i = 0; i < 20; i++) Assert.NotNull(await reader.ReadLineAsync().WaitAsync(Bound));
            idle.ForEach(socket => socket.Dispose());
        }
        finally
        {
            await gateway.Client.PostAsync(ApiRoutes.JobCancel("watched-in-a-flood"), null);
            await gateway.Client.UntilEndedAsync("watched-in-a-flood");
        }
    }

    [Fact]
    public async Task Silent_connections_at_the_clusters_port_are_bounded_and_a_node_that_speaks_is_heard()
    {
        var port = int.Parse(gateway.Address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        var silent = await ConnectAsync(port, 1_500);
        try
        {
            using var foreign = ActorSystem.Create(ClusterNode.SystemName, ConfigurationFactory.ParseString("""
                akka { actor.provider = remote, loglevel = OFF, stdout-loglevel = OFF, remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 } }
                """));
            var found = await foreign.ActorSelection($"akka.tcp://{ClusterNode.SystemName}@{gateway.Address}/user/node-status").Ask<ActorIdentity>(new Identify(1), Bound);
            Assert.NotNull(found.Subject);
            await UntilOpenAsync(silent, BoundedTransport.MaximumSilent);
            await foreign.Terminate();
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task<List<Socket>> ConnectAsync(int port, int count)
    {
        var sockets = new List<Socket>();
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(Bound);
            sockets.Add(socket);
        }
        return sockets;
    }

    /// <summary>Waits until the other side has closed all but so many.</summary>
    private static async Task UntilOpenAsync(List<Socket> sockets, int most)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            var open = sockets.Count(socket => !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0));
            if (open <= most) return;
            Assert.True(clock.Elapsed < Bound, $"{open} of {sockets.Count} are still open");
            await Task.Delay(50);
        }
    }
}
