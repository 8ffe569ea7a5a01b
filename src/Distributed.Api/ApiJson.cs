using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;

namespace Distributed.Api;

/// <summary>The JSON of the HTTP API, generated at build time. Unknown members are ignored, so an older client can read a newer node's answers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Dataset))]
[JsonSerializable(typeof(DatasetList))]
[JsonSerializable(typeof(DatasetDescription))]
[JsonSerializable(typeof(JobSummary))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(JobDetail))]
[JsonSerializable(typeof(JobMetrics))]
[JsonSerializable(typeof(JobScores))]
[JsonSerializable(typeof(JobStatus))]
[JsonSerializable(typeof(JobLog))]
[JsonSerializable(typeof(PredictionRequest))]
[JsonSerializable(typeof(PredictionResponse))]
[JsonSerializable(typeof(NodeList))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(JobStateChanged))]
[JsonSerializable(typeof(JobStarted))]
[JsonSerializable(typeof(JobProgressed))]
[JsonSerializable(typeof(EpochEnded))]
[JsonSerializable(typeof(CheckpointSaved))]
[JsonSerializable(typeof(WorkersChanged))]
[JsonSerializable(typeof(JobWaiting))]
[JsonSerializable(typeof(JobRewound))]
[JsonSerializable(typeof(JobPaused))]
[JsonSerializable(typeof(JobFinished))]
[JsonSerializable(typeof(StreamedEvents))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>
    /// How a node writes: a metric that is undefined, as the validation loss of weights that diverged, is left out like one that is null. Earlier
    /// releases wrote the strings NaN and Infinity, which are still read.
    /// </summary>
    public static JsonSerializerOptions Answers => field ??= new(Default.Options) { TypeInfoResolver = Default.WithAddedModifier(LeaveUndefinedOut) };

    private static void LeaveUndefinedOut(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.PropertyType == typeof(double?) || property.PropertyType == typeof(double)))
            property.ShouldSerialize = static (_, value) => value is double number && double.IsFinite(number);
    }
}
