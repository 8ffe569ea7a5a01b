using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Protocol.Identity;

/// <summary>
/// A job's name in stores, entity ids, URLs and file names: 1 to 64 characters of a–z, 0–9 and '-', beginning with a letter or a digit. The submitter
/// chooses it.
/// </summary>
[JsonConverter(typeof(JobIdConverter))]
public readonly record struct JobId
{
    /// <summary>The longest name in characters.</summary>
    public const int MaximumLength = 64;

    /// <summary>Checks and wraps a name.</summary>
    /// <exception cref="ArgumentException">The name is not of the allowed form.</exception>
    public JobId(string value)
    {
        if (!IsValid(value))
            throw new ArgumentException($"'{value}' is not a job name: 1 to {MaximumLength} characters of a-z, 0-9 and '-', beginning with a letter or digit.", nameof(value));
        Value = value;
    }

    /// <summary>The name itself.</summary>
    public string Value { get; }

    /// <summary>Whether a text has the allowed form.</summary>
    public static bool IsValid([NotNullWhen(true)] string? value) =>
        value is { Length: > 0 and <= MaximumLength } && value[0] != '-' && value.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-');

    /// <summary>Wraps a name if it has the allowed form.</summary>
    public static bool TryParse(string? value, out JobId id)
    {
        id = IsValid(value) ? new JobId(value) : default;
        return id.Value is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A job's name as a JSON string.</summary>
public sealed class JobIdConverter : JsonConverter<JobId>
{
    /// <inheritdoc/>
    public override JobId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JobId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("not a job name");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
