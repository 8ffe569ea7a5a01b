using Distributed.Console.Terminals;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;

namespace Distributed.Console.Sessions;

/// <summary>The embedded cluster: coordinator, workers and parameter servers as actors of this process.</summary>
internal sealed class ProcessCluster(EmbeddedCluster cluster) : IRunningCluster
{
    /// <inheritdoc/>
    public IJobService Client => cluster.Client;

    /// <summary>Starts it.</summary>
    public static async Task<IRunningCluster> StartAsync(EmbeddedClusterOptions options, CancellationToken cancellation) =>
        new ProcessCluster(await EmbeddedCluster.StartAsync(options, cancellation).ConfigureAwait(false));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => cluster.DisposeAsync();
}
