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
[JsonSerializable(typeof(StartJob))]
[JsonSerializable(typeof(PauseJob))]
[JsonSerializable(typeof(CancelJob))]
[JsonSerializable(typeof(WatchJob))]
[JsonSerializable(typeof(GetBlockState))]
[JsonSerializable(typeof(BlockState))]
[JsonSerializable(typeof(LoadBlock))]
[JsonSerializable(typeof(BlockLoadFailed))]
[JsonSerializable(typeof(AssignBlock))]
[JsonSerializable(typeof(BlockAssigned))]
[JsonSerializable(typeof(OpenBlockEpoch))]
[JsonSerializable(typeof(OpenCheckpoint))]
[JsonSerializable(typeof(CloseCheckpoint))]
[JsonSerializable(typeof(CheckpointOpened))]
[JsonSerializable(typeof(CheckpointTooLate))]
[JsonSerializable(typeof(SnapshotSaved))]
[JsonSerializable(typeof(SnapshotDelayed))]
[JsonSerializable(typeof(HoldBlock))]
[JsonSerializable(typeof(BlockHeld))]
[JsonSerializable(typeof(StepsProgressed))]
[JsonSerializable(typeof(EpochCompleted))]
[JsonSerializable(typeof(StepLate))]
[JsonSerializable(typeof(TrainingDiverged))]
[JsonSerializable(typeof(EndBlock))]
[JsonSerializable(typeof(GetWorkers))]
[JsonSerializable(typeof(WorkerHere))]
[JsonSerializable(typeof(JoinJob))]
[JsonSerializable(typeof(WorkerReady))]
[JsonSerializable(typeof(WorkerRefused))]
[JsonSerializable(typeof(WorkerLeft))]
[JsonSerializable(typeof(AssignWorker))]
[JsonSerializable(typeof(WorkerAssigned))]
[JsonSerializable(typeof(OpenWorkerEpoch))]
[JsonSerializable(typeof(LeaveJob))]
[JsonSerializable(typeof(ConnectBlock))]
[JsonSerializable(typeof(BlockConnected))]
[JsonSerializable(typeof(GetWeights))]
[JsonSerializable(typeof(GetMissingNodes))]
[JsonSerializable(typeof(PushEvaluation))]
[JsonSerializable(typeof(GetMissingEvaluation))]
[JsonSerializable(typeof(JobWatched))]
[JsonSerializable(typeof(JobStarted))]
[JsonSerializable(typeof(JobProgressed))]
[JsonSerializable(typeof(EpochEnded))]
[JsonSerializable(typeof(CheckpointSaved))]
[JsonSerializable(typeof(WorkersChanged))]
[JsonSerializable(typeof(JobWaiting))]
[JsonSerializable(typeof(JobRewound))]
[JsonSerializable(typeof(JobPaused))]
[JsonSerializable(typeof(JobFinished))]
[JsonSerializable(typeof(NoteJob))]
[JsonSerializable(typeof(JobNoted))]
[JsonSerializable(typeof(GetJob))]
[JsonSerializable(typeof(JobLookedUp))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
