using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>
/// One cluster of processes for all tests of a collection: most of a cluster test's time is the start of its processes. A test gets the cluster
/// whole, with as many workers as it asks for; a test that fails takes its cluster along, and the next one starts a fresh one.
/// </summary>
public abstract class SharedCluster(int core) : IAsyncLifetime
{
    private RealCluster? _idle;

    /// <summary>Runs a test's body on the cluster; its jobs have names of their own and have ended when it returns.</summary>
    /// <param name="output">Where logs go when the test fails.</param>
    /// <param name="workers">Workers with one thread at the start; 0 for a test that adds workers without a history.</param>
    /// <param name="test">The body. It may kill any node.</param>
    internal async Task RunAsync(ITestOutputHelper output, int workers, Func<RealCluster, Task> test)
    {
        var cluster = Interlocked.Exchange(ref _idle, null) ?? await RealCluster.StartAsync(output, core, workers: 0);
        try
        {
            await cluster.RunAsync(output, async () =>
            {
                await cluster.MakeWholeAsync(workers);
                await test(cluster);
                await cluster.EndGatewaysAsync(); // their folders belong to the test
            });
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
        _idle = cluster;
    }

    Task IAsyncLifetime.InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync()
    {
        if (_idle is not null) await _idle.DisposeAsync();
    }
}

/// <summary>A cluster with one core node.</summary>
public sealed class OneCoreNode() : SharedCluster(core: 1);

/// <summary>A cluster with three core nodes.</summary>
public sealed class ThreeCoreNodes() : SharedCluster(core: 3);

/// <summary>Tests that share a cluster with one core node.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneCoreNodeCollection : ICollectionFixture<OneCoreNode>
{
    public const string Name = "one core node";
}

/// <summary>Tests that share a cluster with three core nodes.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ThreeCoreNodesCollection : ICollectionFixture<ThreeCoreNodes>
{
    public const string Name = "three core nodes";
}
