using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace Distributed.Cluster.Wire;

/// <summary>
/// Stands where Akka's fallback serializer stood, which writes and reads any class by its name: whatever has no serializer of its own is
/// neither sent nor made.
/// </summary>
/// <param name="system">The actor system.</param>
/// <param name="settings">Those of the serializer in whose place it stands; not used.</param>
public sealed class RefusingSerializer(ExtendedActorSystem system, Akka.Configuration.Config settings) : Serializer(system)
{
    /// <summary>For a place without settings.</summary>
    public RefusingSerializer(ExtendedActorSystem system) : this(system, Akka.Configuration.Config.Empty)
    {
    }

    /// <summary>Not used; Akka hands them over.</summary>
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
