using System.Net;
using System.Net.Sockets;
using Distributed.Node.Configuration;
using Distributed.Node.Naming;

namespace Distributed.Node.Tests;

/// <summary>Akka.Remote compares addresses as texts; people write one place in many ways.</summary>
public sealed class SeedNamesTests
{
    private static readonly FakeNames Names = new(new()
    {
        ["10.0.0.5"] = ["10.0.0.5"],
        ["here"] = ["10.0.0.5", "10.1.0.5"],
        ["here.example"] = ["10.1.0.5"],
        ["alias"] = ["10.0.0.5"],
        ["there"] = ["10.0.0.6"],
        ["127.0.0.1"] = ["127.0.0.1"],
    });

    [Fact]
    public void Localhost_is_the_loopback_address_as_a_seed_and_as_a_host_name()
    {
        var settings = NodeSettings.Read(SettingValues.Read(["--roles", "worker", "--hostname", "LocalHost", "--seed-nodes", "localhost:4800,127.0.0.1:4801"], _ => null));
        Assert.Equal("127.0.0.1", settings.Node.Hostname);
        Assert.Equal(["127.0.0.1:4800", "127.0.0.1:4801"], settings.Node.SeedNodes);
        Assert.False(settings.ListensBeyondLoopback);
    }

    [Theory]
    [InlineData("here.example:4800,there:4800", "here", 4800, "here:4800,there:4800")] // another name of this node
    [InlineData("here:4800,there:4800", "10.0.0.5", 4800, "10.0.0.5:4800,there:4800")] // a name, and an address
    [InlineData("here:4800,alias:4800", "10.0.0.5", 4800, "10.0.0.5:4800")]
    [InlineData("here.example:4801,there:4800", "here", 4800, "here.example:4801,there:4800")] // another node of this machine
    [InlineData("here.example:4800", "here", 0, "here.example:4800")] // a port that is not fixed is no seed's
    [InlineData("nowhere:4800", "here", 4800, "nowhere:4800")]
    [InlineData("here:4800,here.example:4800", "here", 4800, "here:4800,here.example:4800")] // it stands there already
    public async Task A_seed_that_is_this_node_goes_by_the_nodes_own_name(string seeds, string hostname, int port, string expected) =>
        Assert.Equal(expected.Split(','), await SeedNames.WithOwnNameAsync(seeds.Split(','), hostname, port, Names, default));

    [Fact]
    public async Task A_seed_without_an_address_is_told_from_one_that_does_not_listen_and_from_one_that_does()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Equal("nowhere:4800: no name server knows nowhere", await SeedNames.DescribeAsync("nowhere:4800", Names, default));
        await ItIsSaidAsync($"127.0.0.1:{port}: something listens; ");
        listener.Stop();
        await ItIsSaidAsync($"127.0.0.1:{port}: nothing listens there");

        // A machine that is busy for a second gives no answer: that says nothing, and is asked again.
        async Task ItIsSaidAsync(string beginning)
        {
            using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            string said;
            while (!(said = await SeedNames.DescribeAsync($"127.0.0.1:{port}", Names, bound.Token)).StartsWith(beginning, StringComparison.Ordinal))
                Assert.Equal($"127.0.0.1:{port}: no answer", said);
        }
    }

    private sealed class FakeNames(Dictionary<string, string[]> names) : INameService
    {
        public IReadOnlyList<IPAddress> OwnAddresses => [];

        public Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string name, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<IPAddress>>([.. names.GetValueOrDefault(name, []).Select(IPAddress.Parse)]);

        public Task<string?> FindNameAsync(IPAddress address, CancellationToken cancellation) => Task.FromResult<string?>(null);
    }
}
