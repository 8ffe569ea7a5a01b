using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Hosting;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Cluster.TensorPlane;
using Distributed.Transport;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Hosting;

/// <summary>Why a node ended.</summary>
public enum NodeEnd
{
    /// <summary>The node was asked to leave and left the cluster gracefully.</summary>
    Left,

    /// <summary>The node was on the losing side of a split or was declared dead, and should be restarted.</summary>
    Downed,
}

/// <summary>A node in a cluster of processes: its actor system, data plane and roles.</summary>
public sealed class ClusterNode : IAsyncDisposable
{
    /// <summary>The name of every actor system, and of the cluster on the data plane.</summary>
    public const string SystemName = "distributed";

    private static readonly TimeSpan FinishBound = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan MoveBound = TimeSpan.FromSeconds(20);

    private readonly IHost _host;
    private readonly DataPlane _plane;
    private readonly SqliteStore? _store;
    private readonly SampleCache _data;
    private readonly ActorSystem _system;
    private readonly IActorRef _formation;
    private readonly string _scheme;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ClusterNode(IHost host, DataPlane plane, SqliteStore? store, SampleCache data, NodeServices services)
    {
        _data = data;
        _host = host;
        _plane = plane;
        _store = store;
        _system = host.Services.GetRequiredService<ActorSystem>();
        Services = services;
        _formation = _system.ActorOf(FormationActor.Props(), NodeActors.Formation);
        _scheme = Akka.Cluster.Cluster.Get(_system).SelfAddress.Protocol;
        Akka.Cluster.Cluster.Get(_system).RegisterOnMemberUp(() => _joined.TrySetResult());
    }

    /// <summary>The node's actor system.</summary>
    internal ActorSystem System => _system;

    /// <summary>The node's regions and their proxies.</summary>
    internal ActorRegistry Registry => _host.Services.GetRequiredService<ActorRegistry>();

    /// <summary>The services hosted by the node.</summary>
    internal NodeServices Services { get; }

    /// <summary>The node's address in the cluster, as host:port.</summary>
    public string Address => Akka.Cluster.Cluster.Get(_system).SelfAddress is { } address ? $"{address.Host}:{address.Port}" : "";

    /// <summary>The node's endpoint on the data plane.</summary>
    public DataEndpoint Data => _plane.Endpoint;

    /// <summary>The node's data sets on disk.</summary>
    public SampleCache DataSets => _data;

    /// <summary>Completes when the node has joined the cluster.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Whether the node has been admitted to a cluster that does not count it yet.</summary>
    public bool IsLetIn => Akka.Cluster.Cluster.Get(_system).SelfMember.Status == MemberStatus.Joining;

    /// <summary>
    /// Joins the cluster through these nodes, retrying until it succeeds; a later call replaces the nodes. For a node without
    /// <see cref="ClusterNodeOptions.SeedNodes"/>. No effect once joined.
    /// </summary>
    /// <param name="nodes">Each as host:port. A node that lists itself first begins a new cluster once most of them are known to be in none.</param>
    public void Join(IReadOnlyList<string> nodes) => _formation.Tell(new AskSeeds([.. nodes.Select(node => Akka.Actor.Address.Parse($"{_scheme}://{SystemName}@{node}"))]));

    /// <summary>Counts the members that are up or weakly up.</summary>
    /// <param name="role">A role, or null for all.</param>
    public int CountMembers(string? role = null) =>
        Akka.Cluster.Cluster.Get(_system).State.Members.Count(member =>
            member.Status is MemberStatus.Up or MemberStatus.WeaklyUp && (role is null || member.HasRole(role)));

    /// <summary>Opens the data plane and starts the node. It joins in the background; see <see cref="Joined"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken, or the host name does not belong to this machine.</exception>
    /// <exception cref="TrainingException">The SQLite store or the data folder cannot be opened or is owned by another process.</exception>
    public static async Task<ClusterNode> StartAsync(ClusterNodeOptions options, CancellationToken cancellation)
    {
        using var logging = LoggerFactory.Create(options.Logging);
        ArithmeticCheck.Require(options.Arithmetic(), logging.CreateLogger("arithmetic"));
        var store = options.Store?.SqlitePath is { } path ? SqliteStore.Open(path) : null;
        DataPlane? plane = null;
        SampleCache? data = null;
        try
        {
            data = SampleCache.Open(options.DataFolder, options.DataCacheBytes, options.Hostname, options.Port);
            plane = DataPlane.Listen(Transport(options), options.Hostname, options.ListenAddress, options.DataPort, logging.CreateLogger<TensorTransport>());
            var services = new NodeServices
            {
                Roles = options.Roles,
                Workers = options.Workers,
                Threads = options.Threads,
                MaximumRunningJobs = options.MaximumRunningJobs,
                Plane = plane,
                Datasets = new NodeDatasets(data),
                RememberCoordinators = true,
                Log = logging.CreateLogger("jobs"),
                Outage = new StoreOutage(logging.CreateLogger("store"), TimeProvider.System),
            };
            foreach (var resident in options.Resident) services.Datasets.Add(resident);
            var host = BuildHost(options, services);
            await host.StartAsync(cancellation).ConfigureAwait(false);
            var node = new ClusterNode(host, plane, store, data, services);
            if (options.SeedNodes.Count > 0) node.Join(options.SeedNodes);
            if (options.Roles.Contains(NodeRoles.Worker)) node.FinishShardsOnShutdown();
            if (options.Roles.Contains(NodeRoles.ParameterServer)) node.MoveBlocksOnShutdown();
            return node;
        }
        catch
        {
            if (plane is not null) await plane.DisposeAsync().ConfigureAwait(false);
            data?.Dispose();
            store?.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the node ends: on request (SIGTERM, Ctrl-C, <see cref="DisposeAsync"/>) or because it is out of the cluster.</summary>
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
        _data.Dispose();
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
                // Other workers compute what is missing.
            }
            return Akka.Done.Instance;
        });
    }

    /// <summary>Before the node leaves, pauses the jobs of its blocks at checkpoints, from which they continue elsewhere.</summary>
    private void MoveBlocksOnShutdown() =>
        CoordinatedShutdown.Get(_system).AddTask(CoordinatedShutdown.PhaseServiceUnbind, "move-blocks", async () =>
        {
            if (Akka.Cluster.Cluster.Get(_system) is not { IsTerminated: false } cluster || !HasOtherParameterServer(cluster)) return Akka.Done.Instance;
            try
            {
                await Task.WhenAll(_plane.Blocks.Select(block => block.Ask<BlockMayMove>(new MoveBlock(), MoveBound))).ConfigureAwait(false);
            }
            catch (AskTimeoutException)
            {
                // As after a crash: the jobs rewind to their last checkpoints.
            }
            return Akka.Done.Instance;
        });

    private static bool HasOtherParameterServer(Akka.Cluster.Cluster cluster) => cluster.State.Members.Any(member =>
        member.Status == MemberStatus.Up && member.UniqueAddress != cluster.SelfUniqueAddress && member.HasRole(NodeRoles.ParameterServer) &&
        !cluster.State.Unreachable.Contains(member));

    private static TransportOptions Transport(ClusterNodeOptions options) => new()
    {
        Self = new PeerId($"{options.Hostname}/{Environment.ProcessId}-{Guid.NewGuid():n}"),
        Cluster = SystemName,
        Identity = options.Identity,
        Secret = options.Secret,
        AllowNoSecret = options.Secret is null,
        SharesMemory = options.SharesMemory,
        QueuedFrames = 1024, // one step's nodes for all blocks of a peer
    };

    private static IHost BuildHost(ClusterNodeOptions options, NodeServices services)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        options.Logging(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddAkka(SystemName, (akka, provider) =>
        {
            akka.AddDistributedLogging(provider.GetRequiredService<ILoggerFactory>(), Akka.Event.LogLevel.WarningLevel);
            akka.AddDistributedConfiguration([.. Overlays(options)], options.Store?.Provider ?? "", options.Store?.ConnectionString ?? "");
            if (options.Identity is { } identity) akka.AddSetup(RemoteIdentity.Setup(identity));
            akka.AddDistributedActors(services);
        });
        return builder.Build();
    }

    /// <summary>The overlays, highest precedence first.</summary>
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
            akka.cluster.role.core.min-nr-of-members = {options.LeastCoreNodes}
            akka.remote.dot-netty.tcp.hostname = "{options.ListenAddress ?? options.Hostname}"
            akka.remote.dot-netty.tcp.public-hostname = "{options.Hostname}"
            akka.remote.dot-netty.tcp.port = {options.Port}
            akka.remote.dot-netty.tcp.enable-ssl = {(options.Identity is null ? "off" : "on")}
            """);
    }
}
