using System.Text.Json.Serialization;
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
public sealed partial class ApiJson : JsonSerializerContext;
