using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace Distributed.Cluster.Wire;

/// <summary>
/// Replaces Akka's fallback serializer, which writes and reads any class by name: a type without its own serializer is neither sent nor created.
/// </summary>
/// <param name="system">The actor system.</param>
/// <param name="settings">The replaced serializer's settings; not used.</param>
public sealed class RefusingSerializer(ExtendedActorSystem system, Akka.Configuration.Config settings) : Serializer(system)
{
    /// <summary>Creates the serializer without settings.</summary>
    public RefusingSerializer(ExtendedActorSystem system) : this(system, Akka.Configuration.Config.Empty)
    {
    }

    /// <summary>Not used; passed by Akka.</summary>
    public Akka.Configuration.Config Settings => settings;

    /// <inheritdoc/>
    public override int Identifier => 7302;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new SerializationException($"{obj.GetType()} has no form that is stored or sent");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException("bytes of an unknown form are not read");
}
