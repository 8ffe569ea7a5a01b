using System.Diagnostics;
using Distributed.Tests;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>
/// Every node in a network namespace of its own, all of them and the database on one bridge; a node is cut off by taking its cable off the
/// bridge, so that packets vanish without a word. The tests' process has a cable to the bridge too. Addresses are of 10.213.0.0/24.
/// </summary>
internal sealed class NamespacePlace : ClusterPlace
{
    /// <summary>What must work for this to be possible.</summary>
    public const string Probe = "ip netns add dtprobe && ip netns exec dtprobe ip link add br0 type bridge; r=$?; ip netns del dtprobe; exit $r";

    private const string Subnet = "10.213.0";
    private const int FirstWorker = 20;

    private readonly string _prefix = $"dt{Environment.ProcessId}";
    private readonly Dictionary<string, string> _cables = []; // host → the end on the bridge
    private int _workers;

    private NamespacePlace()
    {
    }

    public override string ClientHost => $"{Subnet}.254";

    private string Hub => $"{_prefix}-hub";

    public static async Task<NamespacePlace> StartAsync(int core, int workers)
    {
        var place = new NamespacePlace { Authority = new TestCertificates() };
        place.Authority!.WriteNode(place.Certificates!);
        try
        {
            await RunAsync("ip", "netns", "add", place.Hub);
            await place.InHubAsync("ip", "link", "add", "br0", "type", "bridge");
            await place.InHubAsync("ip", "addr", "add", $"{Subnet}.1/24", "dev", "br0");
            await place.InHubAsync("ip", "link", "set", "br0", "up");
            await place.InHubAsync("ip", "link", "set", "lo", "up");
            await place.PlugAsync(place.ClientHost, null);
            var at = new List<NodePlace>();
            for (var i = 0; i < core; i++) at.Add(await place.AddAsync($"{Subnet}.{10 + i}", 4000));
            for (var i = 0; i < workers; i++) await place.AddAsync($"{Subnet}.{FirstWorker + i}", 0);
            place.Core = at;
            place.Database = await PostgresServer.StartAsync($"{Subnet}.1", "ip", "netns", "exec", place.Hub);
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    /// <summary>Cuts a node off, or plugs it in again.</summary>
    public Task SetReachableAsync(NodePlace at, bool isReachable) => isReachable
        ? InHubAsync("ip", "link", "set", _cables[at.Host], "master", "br0")
        : InHubAsync("ip", "link", "set", _cables[at.Host], "nomaster");

    public override NodePlace NextWorker() => Within($"{Subnet}.{FirstWorker + _workers++}", 0);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var host in _cables.Keys.Where(host => host != ClientHost)) await RunAsync("ip", "netns", "del", NamespaceOf(host));
        await RunAsync("ip", "netns", "del", Hub); // with it the cables' ends, and so the other ends
    }

    private async Task<NodePlace> AddAsync(string host, int port)
    {
        await RunAsync("ip", "netns", "add", NamespaceOf(host));
        await PlugAsync(host, NamespaceOf(host));
        return Within(host, port);
    }

    private NodePlace Within(string host, int port) => new(host, port, ["ip", "netns", "exec", NamespaceOf(host)]);

    private string NamespaceOf(string host) => $"{_prefix}-{host[(host.LastIndexOf('.') + 1)..]}";

    private async Task PlugAsync(string host, string? space)
    {
        var (near, far) = ($"{NamespaceOf(host)}n", $"{NamespaceOf(host)}f");
        string[] inside = space is null ? [] : ["ip", "netns", "exec", space];
        await RunAsync("ip", "link", "add", near, "type", "veth", "peer", "name", far);
        _cables[host] = far;
        await RunAsync("ip", "link", "set", far, "netns", Hub);
        await InHubAsync("ip", "link", "set", far, "master", "br0");
        await InHubAsync("ip", "link", "set", far, "up");
        if (space is not null) await RunAsync("ip", "link", "set", near, "netns", space);
        await RunAsync([.. inside, "ip", "addr", "add", $"{host}/24", "dev", near]);
        await RunAsync([.. inside, "ip", "link", "set", near, "up"]);
        if (space is not null) await RunAsync([.. inside, "ip", "link", "set", "lo", "up"]);
    }

    private Task InHubAsync(params string[] command) => RunAsync(["ip", "netns", "exec", Hub, .. command]);

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}");
    }
}
