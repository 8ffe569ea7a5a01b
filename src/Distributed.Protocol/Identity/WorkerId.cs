using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Protocol.Identity;

/// <summary>A worker's name, unique over the cluster's life: a restarted worker gets a new one.</summary>
/// <param name="Value">The name.</param>
[JsonConverter(typeof(WorkerIdConverter))]
public readonly record struct WorkerId(string Value)
{
    /// <summary>The order in which assignments list workers.</summary>
    public static IComparer<WorkerId> Order { get; } = Comparer<WorkerId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value));

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A worker's name as a JSON string.</summary>
public sealed class WorkerIdConverter : JsonConverter<WorkerId>
{
    /// <inheritdoc/>
    public override WorkerId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("not a worker's name"));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, WorkerId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
