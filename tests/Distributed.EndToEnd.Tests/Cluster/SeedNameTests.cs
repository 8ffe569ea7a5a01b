using System.Net;
using System.Net.Sockets;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>Nodes whose seeds are written otherwise than the nodes' own names.</summary>
public sealed class SeedNameTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-e2e-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_seed_called_localhost_is_the_node_at_127_0_0_1_for_itself_and_for_others()
    {
        var seed = $"localhost:{FreePort()}";
        var port = seed.Split(':')[1];
        using var core = NodeProcess.Start(
            "core", [], "--roles", "coordinator,parameter-server", "--port", port, "--seed-nodes", seed,
            "--store", Path.Combine(_folder, "s.db"), "--data-dir", Path.Combine(_folder, "core"));
        using var worker = NodeProcess.Start("worker", [], "--roles", "worker", "--threads", "1", "--seed-nodes", seed, "--data-dir", Path.Combine(_folder, "worker"));
        using var bound = new CancellationTokenSource(Bound);
        while (!core.HasJoined || !worker.HasJoined)
        {
            Assert.False(core.HasExited || worker.HasExited, string.Join('\n', [.. core.Lines, .. worker.Lines]));
            await Task.Delay(50, bound.Token); // the bound ends it
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
