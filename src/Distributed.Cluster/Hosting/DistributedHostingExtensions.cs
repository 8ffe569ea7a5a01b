using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.Hosting;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Coordinators;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Cluster.ParameterBlocks;
using Distributed.Cluster.Queue;
using Distributed.Cluster.Stores;
using Distributed.Cluster.TensorPlane;
using Distributed.Cluster.Workers;
using Distributed.Protocol.Identity;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Hosting;

/// <summary>Configures the actors of a node of a cluster, and those of the one process that needs none.</summary>
public static class DistributedHostingExtensions
{
    /// <summary>Adds the settings shared by all nodes and the store connection.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="overlays">Configurations on top of cluster-config/common.conf, highest precedence first.</param>
    /// <param name="providerName">The linq2db provider name: "SQLite.MS" or "PostgreSQL.15".</param>
    /// <param name="connectionString">The store's connection string.</param>
    public static AkkaConfigurationBuilder AddDistributedConfiguration(
        this AkkaConfigurationBuilder builder, IReadOnlyList<Config> overlays, string providerName, string connectionString)
    {
        foreach (var overlay in overlays.Reverse()) builder.AddHocon(overlay, HoconAddMode.Prepend);
        builder.AddHocon(StoreConfiguration(providerName, connectionString), HoconAddMode.Prepend);
        if (SqliteStore.IsProvider(providerName)) builder.AddSetup(SqliteStore.Connections(providerName, connectionString));
        builder.AddHocon(ClusterConfig.Common, HoconAddMode.Append);
        return builder.AddHocon(Akka.Persistence.Sql.SqlPersistence.DefaultConfiguration, HoconAddMode.Append);
    }

    /// <summary>Sends Akka's log events to a node's loggers, one line each.</summary>
    internal static AkkaConfigurationBuilder AddDistributedLogging(this AkkaConfigurationBuilder builder, ILoggerFactory loggers, Akka.Event.LogLevel least)
    {
        builder.AddSetup(new AkkaLogSetup(loggers));
        return builder.ConfigureLoggers(configuration =>
        {
            configuration.LogLevel = least;
            configuration.ClearLoggers();
            configuration.AddLogger<AkkaLog>();
        });
    }

    /// <summary>Adds the actors of the node's roles, and proxies for those that run elsewhere: regions, the job directory, workers.</summary>
    public static AkkaConfigurationBuilder AddDistributedActors(this AkkaConfigurationBuilder builder, NodeServices services)
    {
        builder.WithActors((system, _, _) =>
        {
            system.ActorOf(Props.Create(() => new LeaseReclaimer()), "lease-reclaimer");
            system.ActorOf(NodeStatusActor.Props(services), NodeActors.Status);
        });
        if (services.Roles.Contains(NodeRoles.ParameterServer)) builder.AddBlocks(services);
        else builder.WithShardRegionProxy<ParameterServerRegion>(Entities.BlockRegion, NodeRoles.ParameterServer, new Entities.BlockExtractor());
        if (services.Roles.Contains(NodeRoles.Coordinator)) builder.AddCoordinators(services);
        else
        {
            builder.WithShardRegionProxy<CoordinatorRegion>(Entities.CoordinatorRegion, NodeRoles.Coordinator, new Entities.CoordinatorExtractor());
            builder.WithSingletonProxy<JobDirectory>(JobDirectoryActor.Name, new ClusterSingletonOptions { Role = NodeRoles.Coordinator });
        }
        if (services.Datasets.Cache is { } cache)
            builder.WithActors((system, registry, _) => registry.Register<NodeData>(system.ActorOf(DataActor.Props(cache, services.Plane), NodeActors.Data)));
        if (services.Roles.Contains(NodeRoles.Worker)) builder.AddWorkers(services);
        if (services.RememberCoordinators && (services.Roles.Contains(NodeRoles.Coordinator) || services.Roles.Contains(NodeRoles.ParameterServer)))
            builder.WithActors((system, _, _) => system.ActorOf(DeadProcessActor.Props(), NodeActors.DeadProcesses));
        return builder;
    }

    /// <summary>Adds the actors of a process that is no member of a cluster and has every role: the same entities, in regions of its own.</summary>
    internal static AkkaConfigurationBuilder AddLocalActors(this AkkaConfigurationBuilder builder, NodeServices services)
    {
        builder.WithActors((system, registry, _) =>
        {
            Akka.Persistence.Persistence.Instance.Apply(system);
            system.ActorOf(Props.Create(() => new LeaseReclaimer()), "lease-reclaimer");
            registry.Register<ParameterServerRegion>(system.ActorOf(
                LocalRegion.Props(new Entities.BlockExtractor(), name => BlockProps(name, registry, services)), Entities.BlockRegion));
            registry.Register<CoordinatorRegion>(system.ActorOf(
                LocalRegion.Props(new Entities.CoordinatorExtractor(), name => CoordinatorProps(name, registry, services)), Entities.CoordinatorRegion));
            registry.Register<JobDirectory>(system.ActorOf(DirectoryProps(registry, services), JobDirectoryActor.Name));
        });
        builder.AddWorkers(services);
        return builder;
    }

    private static void AddBlocks(this AkkaConfigurationBuilder builder, NodeServices services)
    {
        builder.AddStartup((system, _) => Akka.Persistence.Persistence.Instance.Apply(system));
        builder.WithShardRegion<ParameterServerRegion>(
            Entities.BlockRegion,
            (_, registry, _) => name => BlockProps(name, registry, services),
            new Entities.BlockExtractor(),
            new ShardOptions { Role = NodeRoles.ParameterServer, RememberEntities = false, StateStoreMode = StateStoreMode.DData });
    }

    private static void AddCoordinators(this AkkaConfigurationBuilder builder, NodeServices services)
    {
        builder.AddStartup((system, _) => Akka.Persistence.Persistence.Instance.Apply(system));
        builder.WithShardRegion<CoordinatorRegion>(
            Entities.CoordinatorRegion,
            (_, registry, _) => name => CoordinatorProps(name, registry, services),
            new Entities.CoordinatorExtractor(),
            new ShardOptions
            {
                Role = NodeRoles.Coordinator,
                StateStoreMode = StateStoreMode.DData,
                RememberEntities = services.RememberCoordinators,
                RememberEntitiesStore = RememberEntitiesStore.Eventsourced,
            });
        builder.WithSingleton<JobDirectory>(
            JobDirectoryActor.Name,
            (_, registry, _) => DirectoryProps(registry, services),
            new ClusterSingletonOptions { Role = NodeRoles.Coordinator });
        builder.WithActors((system, registry, _) =>
        {
            var directory = JobDirectoryActor.LastingProps(registry.Get<CoordinatorRegion>(), services.MaximumRunningJobs, services.Outage);
            var settings = ClusterSingletonManagerSettings.Create(system).WithSingletonName(JobDirectoryActor.Name).WithRole(NodeRoles.Coordinator);
            var manager = ClusterSingletonManager.Props(directory, PoisonPill.Instance, settings);
            system.ActorOf(SingletonWatchActor.Props(JobDirectoryActor.Name, NodeRoles.Coordinator, manager, services.Fitness), "directory-watch");
        });
    }

    private static Props BlockProps(string name, IReadOnlyActorRegistry registry, NodeServices services)
    {
        var (job, block) = Entities.ParseBlockName(name);
        return ParameterBlockActor.Props(job, block, registry.Get<CoordinatorRegion>(), services.NodeWeights, services.Plane, services.Log, services.Outage);
    }

    private static Props CoordinatorProps(string name, IReadOnlyActorRegistry registry, NodeServices services) =>
        CoordinatorActor.Props(new JobId(name), registry.Get<ParameterServerRegion>(), services.Log, services.Outage);

    private static Props DirectoryProps(IReadOnlyActorRegistry registry, NodeServices services) =>
        JobDirectoryActor.LastingProps(registry.Get<CoordinatorRegion>(), services.MaximumRunningJobs, services.Outage);

    private static void AddWorkers(this AkkaConfigurationBuilder builder, NodeServices services) =>
        builder.WithActors((system, registry, _) =>
        {
            var threads = Math.Max(1, services.Threads / Math.Max(1, services.Workers));
            var node = new WorkerSurroundings(
                registry.Get<CoordinatorRegion>(), registry.Get<ParameterServerRegion>(), services.Datasets.Cache is null ? null : registry.Get<NodeData>(),
                services.Datasets, services.Plane, services.NodeWeights, services.Activity)
            {
                ShardTasks = services.ShardTasks,
            };
            var host = system.ActorOf(
                WorkerHostActor.Props(services.Workers, index => WorkerActor.Props(index, threads, node)), NodeActors.Workers);
            registry.Register<WorkerHost>(host);
        });

    private static Config StoreConfiguration(string providerName, string connectionString)
    {
        var initialize = SqliteStore.IsProvider(providerName) ? "off" : "on"; // SqliteStore has made its tables
        return ConfigurationFactory.ParseString($$"""
        akka.persistence.journal.sql {
          connection-string = {{Quote(connectionString)}}
          provider-name = {{Quote(providerName)}}
          auto-initialize = {{initialize}}
        }
        akka.persistence.snapshot-store.sql {
          connection-string = {{Quote(connectionString)}}
          provider-name = {{Quote(providerName)}}
          auto-initialize = {{initialize}}
        }
        """);
    }

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
