using System.Runtime.Serialization;
using System.Text.Json;
using Akka.Actor;
using Akka.Serialization;

namespace Distributed.Cluster.Wire;

/// <summary>
/// Serializes journal events and control messages as JSON under one short manifest per record. Unknown manifests are refused: no sender or database
/// row can name a class. Tensors are not serialized here: they travel on the data plane.
/// </summary>
public sealed class ProtocolSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The serializer's id in stored rows and remote messages; never changes.</summary>
    public override int Identifier => SerializerId;

    private const int SerializerId = 7301;

    /// <summary>The serialized types.</summary>
    public static IEnumerable<Type> Types => ProtocolManifests.Types;

    /// <summary>Whether two records have the same serialized form.</summary>
    public static bool AreSame(object a, object b) =>
        a.GetType() == b.GetType() && ProtocolManifests.Find(a.GetType()) is { } manifest && ProtocolManifests.Find(manifest) is { } type &&
        JsonSerializer.Serialize(a, type) == JsonSerializer.Serialize(b, type);

    /// <inheritdoc/>
    public override string Manifest(object o) =>
        ProtocolManifests.Find(o.GetType()) ?? throw new SerializationException($"{o.GetType().Name} has no stored form");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => JsonSerializer.SerializeToUtf8Bytes(obj, ProtocolManifests.Find(Manifest(obj))!);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => Read(bytes, manifest);

    /// <summary>Deserializes a stored record without an actor system.</summary>
    /// <exception cref="SerializationException">Another serializer wrote it, or it is damaged.</exception>
    internal static object Read(int serializerId, byte[] bytes, string manifest) => serializerId == SerializerId
        ? Read(bytes, manifest)
        : throw new SerializationException($"a record of kind '{manifest}' was written by the unknown serializer {serializerId}");

    private static object Read(byte[] bytes, string manifest)
    {
        if (ProtocolManifests.Find(manifest) is not { } type) throw new SerializationException($"'{manifest}' is not a known kind of record");
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new SerializationException($"an empty record of kind '{manifest}'");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new SerializationException($"a record of kind '{manifest}' cannot be read: {e.Message}", e);
        }
    }
}
