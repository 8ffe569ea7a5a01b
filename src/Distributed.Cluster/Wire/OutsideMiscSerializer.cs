using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Serialization;
using Akka.Serialization;

namespace Distributed.Cluster.Wire;

/// <summary>
/// Akka's serializer of its own messages, without those that end an actor. Untrusted mode drops PoisonPill, but Akka.NET does not mark Kill as
/// harmful, so it would stop any actor that another node refers to.
/// </summary>
/// <param name="system">The actor system.</param>
public sealed class OutsideMiscSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private readonly MiscMessageSerializer _akka = new(system);

    /// <summary>That of Akka's serializer, also in a system without Akka.Remote's configuration.</summary>
    public override int Identifier => 16;

    /// <inheritdoc/>
    public override string Manifest(object o) => _akka.Manifest(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => _akka.ToBinary(obj);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => _akka.FromBinary(bytes, manifest) switch
    {
        Kill or PoisonPill => throw new SerializationException("a message that ends an actor is not taken from outside"),
        var message => message,
    };
}
