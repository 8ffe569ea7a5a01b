using Akka.Actor;
using Akka.Cluster;

namespace Distributed.Cluster.Membership;

/// <summary>The nodes that an actor system works with: the members of its cluster, or in a process without one itself alone.</summary>
internal static class ClusterMembers
{
    /// <summary>This node's name for people: host:port, or the process alone.</summary>
    public static string NameOfSelf(ActorSystem system) =>
        system.Settings.HasCluster && Akka.Cluster.Cluster.Get(system).SelfAddress is { } address ? $"{address.Host}:{address.Port}" : "this process";

    /// <summary>A name of this run of this node, no other run's.</summary>
    public static string IncarnationOfSelf(ActorSystem system)
    {
        if (!system.Settings.HasCluster) return $"local/{Environment.ProcessId:x8}";
        var self = Akka.Cluster.Cluster.Get(system).SelfUniqueAddress;
        return $"{self.Address.Host}:{self.Address.Port}/{(uint)self.Uid:x8}";
    }

    /// <summary>The addresses of the members that are up or weakly up and have a role; a process alone has every role.</summary>
    public static IEnumerable<Address> WithRole(ActorSystem system, string role) => system.Settings.HasCluster
        ? Akka.Cluster.Cluster.Get(system).State.Members
            .Where(member => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp && member.HasRole(role))
            .Select(member => member.Address)
        : [((ExtendedActorSystem)system).Provider.DefaultAddress];

    /// <summary>Tells an actor of members that come: as <see cref="ClusterEvent.IMemberEvent"/>, present ones first. A process alone has none to tell of.</summary>
    public static void Subscribe(ActorSystem system, IActorRef subscriber)
    {
        if (system.Settings.HasCluster)
            Akka.Cluster.Cluster.Get(system).Subscribe(subscriber, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
    }

    /// <summary>Ends a subscription.</summary>
    public static void Unsubscribe(ActorSystem system, IActorRef subscriber)
    {
        if (system.Settings.HasCluster) Akka.Cluster.Cluster.Get(system).Unsubscribe(subscriber);
    }
}
