using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Hosting;
using Distributed.Cluster.Persistence;
using Distributed.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster;

/// <summary>Why a node ended.</summary>
public enum NodeEnd
{
    /// <summary>It was asked to, and left the cluster in order.</summary>
    Left,

    /// <summary>It found itself on the losing side of a split, or was declared dead: to be started again.</summary>
    Downed,
}

/// <summary>One node of a cluster of processes: its actor system, its place on the data plane, its roles.</summary>
public sealed class ClusterNode : IAsyncDisposable
{
    /// <summary>The name of every actor system, and of the cluster on the data plane.</summary>
    public const string SystemName = "distributed";

    private static readonly TimeSpan FinishBound = TimeSpan.FromSeconds(12);

    private readonly IHost _host;
    private readonly DataPlane _plane;
    private readonly SqliteStore? _store;
    private readonly ActorSystem _system;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ClusterNode(IHost host, DataPlane plane, SqliteStore? store, NodeServices services)
    {
        _host = host;
        _plane = plane;
        _store = store;
        _system = host.Services.GetRequiredService<ActorSystem>();
        Client = new ActorClient(_system, host.Services.GetRequiredService<ActorRegistry>(), services);
        Akka.Cluster.Cluster.Get(_system).RegisterOnMemberUp(() => _joined.TrySetResult());
    }

    /// <summary>What a console does with the cluster; needs the store for lists, histories and weights.</summary>
    public ITrainingClient Client { get; }

    /// <summary>The node's address in the cluster, as host:port.</summary>
    public string Address => Akka.Cluster.Cluster.Get(_system).SelfAddress is { } address ? $"{address.Host}:{address.Port}" : "";

    /// <summary>The node's place on the data plane.</summary>
    public DataEndpoint Data => _plane.Endpoint;

    /// <summary>Completes when the cluster has let this node in.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Members that the cluster counts at the moment, with any of the roles.</summary>
    /// <param name="role">A role, or null for all.</param>
    public int CountMembers(string? role = null) =>
        Akka.Cluster.Cluster.Get(_system).State.Members.Count(member =>
            member.Status is MemberStatus.Up or MemberStatus.WeaklyUp && (role is null || member.HasRole(role)));

    /// <summary>Opens the data plane and starts the node. It joins in the background; see <see cref="Joined"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken, or the host name is not of this machine.</exception>
    /// <exception cref="TrainingException">The store is a SQLite file that cannot be opened or that another process owns.</exception>
    public static async Task<ClusterNode> StartAsync(ClusterNodeOptions options, CancellationToken cancellation)
    {
        using var logging = LoggerFactory.Create(options.Logging);
        var store = options.Store?.SqlitePath is { } path ? SqliteStore.Open(path) : null;
        DataPlane? plane = null;
        try
        {
            plane = DataPlane.Listen(Transport(options), options.Hostname, options.DataPort, logging.CreateLogger<TensorTransport>());
            var services = new NodeServices
            {
                Roles = options.Roles,
                Workers = options.Workers,
                Threads = options.Threads,
                Plane = plane,
                RememberCoordinators = true,
            };
            var host = BuildHost(options, services);
            await host.StartAsync(cancellation).ConfigureAwait(false);
            var node = new ClusterNode(host, plane, store, services);
            if (options.Roles.Contains(NodeRoles.Worker)) node.FinishShardsOnShutdown();
            return node;
        }
        catch
        {
            if (plane is not null) await plane.DisposeAsync().ConfigureAwait(false);
            store?.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the node ends: it was asked to (SIGTERM, Ctrl-C, <see cref="DisposeAsync"/>), or is out of the cluster.</summary>
    public async Task<NodeEnd> WaitForEndAsync()
    {
        await _host.WaitForShutdownAsync().ConfigureAwait(false);
        await _system.WhenTerminated.ConfigureAwait(false);
        return CoordinatedShutdown.Get(_system).ShutdownReason is CoordinatedShutdown.ClusterDowningReason ? NodeEnd.Downed : NodeEnd.Left;
    }

    /// <summary>Leaves the cluster and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        await _plane.DisposeAsync().ConfigureAwait(false);
        _host.Dispose();
        _store?.Dispose();
    }

    private void FinishShardsOnShutdown()
    {
        var workers = _host.Services.GetRequiredService<ActorRegistry>().Get<WorkerHost>();
        CoordinatedShutdown.Get(_system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "finish-shards", async () =>
        {
            try
            {
                await workers.Ask<WorkersFinished>(new FinishShards(), FinishBound).ConfigureAwait(false);
                await _plane.DrainAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            }
            catch (AskTimeoutException)
            {
                // Others compute what is missing.
            }
            return Akka.Done.Instance;
        });
    }

    private static TransportOptions Transport(ClusterNodeOptions options) => new()
    {
        Self = new PeerId($"{options.Hostname}/{Environment.ProcessId}-{Guid.NewGuid():n}"),
        Cluster = SystemName,
        Secret = options.Secret,
        AllowNoSecret = options.Secret is null,
        QueuedFrames = 1024, // a step's nodes for all blocks of a peer
    };

    private static IHost BuildHost(ClusterNodeOptions options, NodeServices services)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        options.Logging(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddAkka(SystemName, (akka, _) =>
        {
            akka.ConfigureLoggers(loggers =>
            {
                loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            });
            akka.AddDistributedConfiguration([.. Overlays(options)], options.Store?.Provider ?? "", options.Store?.ConnectionString ?? "");
            akka.AddDistributedActors(services);
        });
        return builder.Build();
    }

    /// <summary>The strongest first.</summary>
    private static IEnumerable<Config> Overlays(ClusterNodeOptions options)
    {
        if (options.Overrides is { } overrides) yield return overrides;
        yield return OfNode(options);
        if (options.Roles.Contains(NodeRoles.Coordinator)) yield return ClusterConfig.Coordinator;
        if (options.Roles.Contains(NodeRoles.ParameterServer)) yield return ClusterConfig.ParameterServer;
        if (options.Roles.Contains(NodeRoles.Worker)) yield return ClusterConfig.Worker;
    }

    private static Config OfNode(ClusterNodeOptions options)
    {
        var roles = options.Roles.Concat(options.IsCore ? [NodeRoles.Core] : Array.Empty<string>()).Distinct();
        return ConfigurationFactory.ParseString($"""
            akka.cluster.roles = [{string.Join(", ", roles.Select(role => $"\"{role}\""))}]
            akka.cluster.seed-nodes = [{string.Join(", ", options.SeedNodes.Select(seed => $"\"akka.tcp://{SystemName}@{seed}\""))}]
            akka.remote.dot-netty.tcp.hostname = "{options.Hostname}"
            akka.remote.dot-netty.tcp.port = {options.Port}
            """);
    }
}
