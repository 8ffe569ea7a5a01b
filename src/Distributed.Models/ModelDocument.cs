using System.Text.Json.Serialization;
using Distributed.Data.Encodings;
using Distributed.Learning.Networks;

namespace Distributed.Models;

/// <summary>The origin of a model, for display only.</summary>
public sealed record ModelOrigin
{
    /// <summary>The job that trained it.</summary>
    public string? Job { get; init; }

    /// <summary>The epochs that were finished.</summary>
    public int? Epoch { get; init; }

    /// <summary>The weight updates that were made.</summary>
    public long? Step { get; init; }

    /// <summary>The data set's name or path.</summary>
    public string? Data { get; init; }

    /// <summary>The fingerprint of its encoded samples (<c>SampleHash</c>).</summary>
    public string? DataSha256 { get; init; }

    /// <summary>What was measured at the end, by name.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }
}

/// <summary>The contents of <c>model.json</c>.</summary>
internal sealed record ModelDocument
{
    /// <summary>The newest version that this program writes and reads: 2, since encodings tolerate missing and unseen values; 3, since some numbers are logarithms; 4, since probabilities are calibrated.</summary>
    public const int NewestVersion = 4;

    /// <summary>The file's version.</summary>
    public required int Version { get; init; }

    /// <summary>The network.</summary>
    public required NetworkSpecification Network { get; init; }

    /// <summary>How raw rows become inputs, and what the outputs mean.</summary>
    public required FeatureEncoding Encoding { get; init; }

    /// <summary>The fingerprint of the weights (<see cref="ParameterHash"/>).</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>How the probabilities were calibrated; null where they are the network's own.</summary>
    public ModelCalibration? Calibration { get; init; }

    /// <summary>Where the model comes from.</summary>
    public ModelOrigin? Origin { get; init; }

    /// <summary>The lowest version that has all that a model holds: programs of older releases go on reading what they know.</summary>
    public static int VersionFor(TrainedModel model) =>
        model.Calibration is not null ? 4
        : model.Encoding.Columns.Any(column => column.Tolerance is { IsLogarithmic: true }) ? 3
        : model.Encoding.Columns.Any(column => column.IsTolerant) ? 2
        : 1;
}

/// <summary>Reads and writes <c>model.json</c> without reflection.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NewLine = "\n")]
[JsonSerializable(typeof(ModelDocument))]
[JsonSerializable(typeof(FeatureEncoding))]
internal sealed partial class ModelJson : JsonSerializerContext;
