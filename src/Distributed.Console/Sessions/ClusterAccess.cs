using Distributed.Cluster;
using Distributed.Console.Terminals;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Sessions;

/// <summary>Starts the cluster of this process over a store, once, early or when it is first needed.</summary>
internal sealed class ClusterAccess : IAsyncDisposable
{
    private readonly ConsoleEnvironment _environment;
    private readonly EmbeddedClusterOptions _options;
    private Task<IRunningCluster>? _starting;

    /// <param name="environment">The process, or what replaces it in tests.</param>
    /// <param name="storePath">The full path of the store.</param>
    /// <param name="run">Workers and threads.</param>
    /// <param name="log">Where log lines go.</param>
    /// <param name="verbose">Log everything.</param>
    public ClusterAccess(ConsoleEnvironment environment, string storePath, RunSettings run, Action<string> log, bool verbose)
    {
        _environment = environment;
        _options = new EmbeddedClusterOptions
        {
            StorePath = storePath,
            Workers = run.Workers,
            Threads = run.Threads,
            Log = log,
            Verbose = verbose,
        };
    }

    /// <summary>Begins to start it, while something else is done.</summary>
    public void Begin() => _starting ??= Task.Run(StartAsync);

    /// <summary>Its client, once it is up.</summary>
    /// <exception cref="UsageException">The store cannot be opened, or another process owns it.</exception>
    public async Task<IJobService> ClientAsync()
    {
        Begin();
        return (await _starting!.ConfigureAwait(false)).Client;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_starting is null) return;
        try
        {
            await (await _starting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (UsageException)
        {
            // It never started; the caller of the client got the error.
        }
    }

    private async Task<IRunningCluster> StartAsync()
    {
        StorePath.MakeFolder(Path.GetDirectoryName(_options.StorePath)!, "--store", isPrivate: true);
        try
        {
            return await _environment.StartCluster(_options, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TrainingException e)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
