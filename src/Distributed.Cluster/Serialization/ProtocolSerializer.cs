using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Akka.Serialization;

namespace Distributed.Cluster.Serialization;

/// <summary>
/// Serializes the journal's events as JSON under one short manifest a record. A manifest that is not in the table is refused: nothing that
/// a sender or a database row says can name a class.
/// </summary>
public sealed class ProtocolSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private static readonly Dictionary<string, JsonTypeInfo> ByManifest = new()
    {
        ["job-submitted"] = ProtocolJson.Default.JobSubmitted,
        ["run-options-changed"] = ProtocolJson.Default.RunOptionsChanged,
        ["term-started"] = ProtocolJson.Default.TermStarted,
        ["lineage-started"] = ProtocolJson.Default.LineageStarted,
        ["checkpoint-committed"] = ProtocolJson.Default.CheckpointCommitted,
        ["epoch-decided"] = ProtocolJson.Default.EpochDecided,
        ["pause-changed"] = ProtocolJson.Default.PauseChanged,
        ["cancel-requested"] = ProtocolJson.Default.CancelRequested,
        ["job-ended"] = ProtocolJson.Default.JobEnded,
        ["job-registered"] = ProtocolJson.Default.JobRegistered,
    };

    private static readonly Dictionary<Type, string> ManifestOf = ByManifest.ToDictionary(pair => pair.Value.Type, pair => pair.Key);

    /// <summary>The number under which stored rows name this serializer; never changed.</summary>
    public override int Identifier => 7301;

    /// <summary>The types that it serializes.</summary>
    public static IEnumerable<Type> Types => ManifestOf.Keys;

    /// <summary>Whether two records have the same stored form.</summary>
    public static bool AreSame(object a, object b) =>
        a.GetType() == b.GetType() && ManifestOf.TryGetValue(a.GetType(), out var manifest) &&
        JsonSerializer.Serialize(a, ByManifest[manifest]) == JsonSerializer.Serialize(b, ByManifest[manifest]);

    /// <inheritdoc/>
    public override string Manifest(object o) =>
        ManifestOf.TryGetValue(o.GetType(), out var manifest) ? manifest : throw new SerializationException($"{o.GetType().Name} has no stored form");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => JsonSerializer.SerializeToUtf8Bytes(obj, ByManifest[Manifest(obj)]);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!ByManifest.TryGetValue(manifest, out var type)) throw new SerializationException($"'{manifest}' is not a known kind of record");
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new SerializationException($"an empty record of kind '{manifest}'");
        }
        catch (JsonException e)
        {
            throw new SerializationException($"a record of kind '{manifest}' cannot be read: {e.Message}", e);
        }
    }
}
