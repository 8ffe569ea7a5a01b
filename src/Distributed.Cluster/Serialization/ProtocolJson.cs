using System.Text.Json.Serialization;
using Distributed.Protocol;

namespace Distributed.Cluster.Serialization;

/// <summary>
/// The JSON of journal events and control messages, generated at build time: no reflection, no type names on the wire. Added fields are
/// tolerated, so that an older node reads what a newer one wrote.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    Converters = [typeof(JobIdConverter), typeof(WorkerIdConverter)])]
[JsonSerializable(typeof(JobSubmitted))]
[JsonSerializable(typeof(RunOptionsChanged))]
[JsonSerializable(typeof(TermStarted))]
[JsonSerializable(typeof(LineageStarted))]
[JsonSerializable(typeof(CheckpointCommitted))]
[JsonSerializable(typeof(EpochDecided))]
[JsonSerializable(typeof(PauseChanged))]
[JsonSerializable(typeof(CancelRequested))]
[JsonSerializable(typeof(JobEnded))]
[JsonSerializable(typeof(JobRegistered))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
