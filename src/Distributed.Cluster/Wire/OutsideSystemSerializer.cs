using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace Distributed.Cluster.Wire;

/// <summary>
/// Akka's serializer of system messages, for those that nodes send each other: they watch actors and tell of their ends. Others, such as one that
/// suspends an actor, are for actors that one node runs on another, which no node does; untrusted mode lets most of them through.
/// </summary>
/// <param name="system">The actor system.</param>
public sealed class OutsideSystemSerializer(ExtendedActorSystem system) : Serializer(system)
{
    private readonly SystemMessageSerializer _akka = new(system);

    /// <summary>That of Akka's serializer, also in a system without Akka.Remote's configuration.</summary>
    public override int Identifier => 22;

    /// <inheritdoc/>
    public override bool IncludeManifest => _akka.IncludeManifest;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => _akka.ToBinary(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) => _akka.FromBinary(bytes, type) switch
    {
        object message and (Watch or Unwatch or DeathWatchNotification) => message,
        var message => throw new SerializationException($"the system message {message.GetType().Name} is not taken from outside"),
    };
}
