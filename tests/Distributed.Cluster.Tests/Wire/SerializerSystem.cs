using Akka.Actor;
using Akka.Configuration;
using Distributed.Cluster.Hosting;

namespace Distributed.Cluster.Tests.Wire;

/// <summary>An actor system with the shipped configuration, used for its serializers and shared by all tests of a class.</summary>
public sealed class SerializerSystem : IDisposable
{
    public ActorSystem System { get; } = ActorSystem.Create("serializer", ConfigurationFactory
        .ParseString("akka.cluster.roles = []\nakka.coordinated-shutdown.run-by-actor-system-terminate = off")
        .WithFallback(ClusterConfig.Embedded).WithFallback(ClusterConfig.Common));

    public void Dispose() => System.Terminate().Wait(TimeSpan.FromSeconds(30));
}
