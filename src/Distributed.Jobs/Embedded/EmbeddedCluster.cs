using Akka.Actor;
using Akka.Hosting;
using Distributed.Cluster;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Jobs.Service;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Jobs.Embedded;

/// <summary>
/// A cluster in this process alone, with all roles and a SQLite file as its store: the same actors and journal as on many nodes. Its regions are
/// local, so nothing is formed, joined or left, and no port is opened.
/// </summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(10);

    private readonly IHost _host;
    private readonly SqliteStore _store;

    private EmbeddedCluster(IHost host, SqliteStore store, IJobService client)
    {
        _host = host;
        _store = store;
        Client = client;
    }

    /// <summary>The cluster's client.</summary>
    public IJobService Client { get; }

    /// <summary>The samples in this process's memory.</summary>
    internal NodeDatasets Datasets { get; private init; } = new();

    /// <summary>Its worker actors.</summary>
    internal int Workers { get; private init; }

    /// <summary>Opens the store and starts the node; returns once it is up.</summary>
    /// <exception cref="TrainingException">The store cannot be opened, or the node does not come up in time.</exception>
    public static async Task<EmbeddedCluster> StartAsync(EmbeddedClusterOptions options, CancellationToken cancellation)
    {
        var arithmetic = Task.Run(options.Arithmetic, CancellationToken.None); // while the actors start; it compiles kernels that the job needs
        var store = SqliteStore.Open(options.StorePath);
        ILogger LogOf(string category) => options.Loggers?.CreateLogger(category) ?? new CallbackLoggerProvider(options.Log, LogLevel.Warning).CreateLogger(category);
        var services = new NodeServices
        {
            Roles = new HashSet<string> { NodeRoles.Coordinator, NodeRoles.ParameterServer, NodeRoles.Worker, NodeRoles.Core },
            Workers = options.Workers,
            Threads = options.Threads,
            ShardTasks = options.ShardTasks,
            Outage = new StoreOutage(LogOf("store"), TimeProvider.System),
        };
        var host = BuildHost(options, services, store);
        try
        {
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            bound.CancelAfter(StartBound);
            await host.StartAsync(bound.Token).ConfigureAwait(false);
            ArithmeticCheck.Require(await arithmetic.ConfigureAwait(false), LogOf("arithmetic"));
            var system = host.Services.GetRequiredService<ActorSystem>();
            var client = NodeClient.Of(system, host.Services.GetRequiredService<ActorRegistry>(), services, new SqliteStoreReader(store));
            return new EmbeddedCluster(host, store, client) { Datasets = services.Datasets, Workers = options.Workers };
        }
        catch (Exception e)
        {
            host.Dispose();
            store.Dispose();
            if (e is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new TrainingException($"the one-process cluster did not come up within {StartBound.TotalSeconds:0} s", e);
            throw;
        }
    }

    /// <summary>Stops the node in a bounded time.</summary>
    public async ValueTask DisposeAsync()
    {
        using var bound = new CancellationTokenSource(StopBound);
        try
        {
            await _host.StopAsync(bound.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Everything that matters is durable already; what hangs ends with the process.
        }
        _host.Dispose();
        _store.Dispose();
    }

    private static IHost BuildHost(EmbeddedClusterOptions options, NodeServices services, SqliteStore store)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(new CallbackLoggerProvider(options.Log, options.Verbose ? LogLevel.Debug : LogLevel.Warning));
        builder.Logging.SetMinimumLevel(options.Verbose ? LogLevel.Debug : LogLevel.Warning);
        if (options.Loggers is { } loggers) builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        builder.Services.AddAkka("distributed", (akka, provider) =>
        {
            var least = options.Verbose ? Akka.Event.LogLevel.DebugLevel : Akka.Event.LogLevel.ErrorLevel;
            akka.AddDistributedLogging(provider.GetRequiredService<ILoggerFactory>(), least);
            akka.AddDistributedConfiguration([ClusterConfig.Embedded], "SQLite.MS", store.ConnectionString);
            akka.AddLocalActors(services);
        });
        return builder.Build();
    }

    /// <summary>Ends with the cluster alone: Ctrl-C and SIGTERM belong to the program around it.</summary>
    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
