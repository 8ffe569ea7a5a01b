using System.Net;
using Distributed.Node.Naming;

namespace Distributed.Node.Tests.Naming;

public sealed class ClusterNamesTests
{
    private static readonly string[] Seeds = ["coordinator:4053", "parameter-server:4053"];

    [Fact]
    public async Task A_node_calls_itself_what_the_name_server_calls_its_address_without_the_domain()
    {
        Assert.Equal("d-worker-2", await ClusterNames.FindOwnAsync(Containers("10.0.0.9"), "0123abcd", default));
        Assert.Equal("0123abcd", await ClusterNames.FindOwnAsync(Containers("10.0.0.77"), "0123abcd", default));
    }

    [Fact]
    public async Task The_founder_stands_first_and_asks_all_nodes_behind_the_other_seeds() =>
        Assert.Equal(
            ["d-coordinator-1:4053", "d-parameter-server-1:4053", "d-parameter-server-2:4053"],
            await ClusterNames.FindSeedsAsync(Seeds, "d-coordinator-1:4053", Containers("10.0.0.2"), default));

    [Fact]
    public async Task Others_ask_the_seeds_and_not_themselves()
    {
        Assert.Equal(
            ["d-coordinator-1:4053", "d-parameter-server-1:4053"],
            await ClusterNames.FindSeedsAsync(Seeds, "d-parameter-server-2:4053", Containers("10.0.0.4"), default));
        Assert.Equal(
            ["d-coordinator-1:4053", "d-parameter-server-1:4053", "d-parameter-server-2:4053"],
            await ClusterNames.FindSeedsAsync(Seeds, "d-worker-2:4053", Containers("10.0.0.9"), default));
    }

    [Fact]
    public async Task Without_the_first_seed_nobody_begins_a_new_cluster()
    {
        var names = Containers("10.0.0.3");
        names.Names.Remove("coordinator");
        Assert.Equal(["d-parameter-server-2:4053"], await ClusterNames.FindSeedsAsync(Seeds, "d-parameter-server-1:4053", names, default));
    }

    [Fact]
    public async Task Of_several_nodes_behind_the_first_seed_one_begins()
    {
        var seeds = new[] { "parameter-server:4053" };
        Assert.Equal(["d-parameter-server-1:4053", "d-parameter-server-2:4053"], await ClusterNames.FindSeedsAsync(seeds, "d-parameter-server-1:4053", Containers("10.0.0.3"), default));
        Assert.Equal(["d-parameter-server-1:4053"], await ClusterNames.FindSeedsAsync(seeds, "d-parameter-server-2:4053", Containers("10.0.0.4"), default));
    }

    [Fact]
    public async Task An_address_without_a_name_is_asked_by_the_name_of_the_seed()
    {
        var names = Containers("10.0.0.9");
        names.Pointers.Clear();
        Assert.Equal(["coordinator:4053", "parameter-server:4053"], await ClusterNames.FindSeedsAsync(Seeds, "0123abcd:4053", names, default));
    }

    private static FakeNames Containers(string own) => new(IPAddress.Parse(own));

    /// <summary>One coordinator with two networks, two parameter servers, two workers.</summary>
    private sealed class FakeNames(IPAddress own) : INameService
    {
        public Dictionary<string, string[]> Names { get; } = new()
        {
            ["coordinator"] = ["10.0.0.2"],
            ["parameter-server"] = ["10.0.0.4", "10.0.0.3"],
        };

        public Dictionary<string, string> Pointers { get; } = new()
        {
            ["10.0.0.2"] = "d-coordinator-1.d_cluster",
            ["10.0.0.3"] = "d-parameter-server-1.d_cluster",
            ["10.0.0.4"] = "d-parameter-server-2.d_cluster",
            ["10.0.0.9"] = "d-worker-2.d_cluster",
        };

        public IReadOnlyList<IPAddress> OwnAddresses { get; } = [IPAddress.Parse("10.9.9.9"), own];

        public Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string name, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<IPAddress>>([.. Names.GetValueOrDefault(name, []).Select(IPAddress.Parse)]);

        public Task<string?> FindNameAsync(IPAddress address, CancellationToken cancellation) =>
            Task.FromResult(Pointers.GetValueOrDefault($"{address}"));
    }
}
