using System.Text.Json.Serialization.Metadata;

namespace Distributed.Cluster.Serialization;

/// <summary>The short names under which records are stored and sent, one a record. Stored rows hold them: a name is never changed or used again.</summary>
internal static class ProtocolManifests
{
    private static readonly Dictionary<string, JsonTypeInfo> ByManifest = new()
    {
        // journal events
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

        // client → coordinator
        ["start-job"] = ProtocolJson.Default.StartJob,
        ["pause-job"] = ProtocolJson.Default.PauseJob,
        ["cancel-job"] = ProtocolJson.Default.CancelJob,
        ["watch-job"] = ProtocolJson.Default.WatchJob,

        // coordinator ↔ block
        ["get-block-state"] = ProtocolJson.Default.GetBlockState,
        ["block-state"] = ProtocolJson.Default.BlockState,
        ["load-block"] = ProtocolJson.Default.LoadBlock,
        ["block-load-failed"] = ProtocolJson.Default.BlockLoadFailed,
        ["assign-block"] = ProtocolJson.Default.AssignBlock,
        ["block-assigned"] = ProtocolJson.Default.BlockAssigned,
        ["open-block-epoch"] = ProtocolJson.Default.OpenBlockEpoch,
        ["open-checkpoint"] = ProtocolJson.Default.OpenCheckpoint,
        ["close-checkpoint"] = ProtocolJson.Default.CloseCheckpoint,
        ["checkpoint-opened"] = ProtocolJson.Default.CheckpointOpened,
        ["checkpoint-too-late"] = ProtocolJson.Default.CheckpointTooLate,
        ["snapshot-saved"] = ProtocolJson.Default.SnapshotSaved,
        ["snapshot-delayed"] = ProtocolJson.Default.SnapshotDelayed,
        ["hold-block"] = ProtocolJson.Default.HoldBlock,
        ["block-held"] = ProtocolJson.Default.BlockHeld,
        ["steps-progressed"] = ProtocolJson.Default.StepsProgressed,
        ["epoch-completed"] = ProtocolJson.Default.EpochCompleted,
        ["step-late"] = ProtocolJson.Default.StepLate,
        ["training-diverged"] = ProtocolJson.Default.TrainingDiverged,
        ["end-block"] = ProtocolJson.Default.EndBlock,

        // coordinator ↔ worker
        ["get-workers"] = ProtocolJson.Default.GetWorkers,
        ["worker-here"] = ProtocolJson.Default.WorkerHere,
        ["join-job"] = ProtocolJson.Default.JoinJob,
        ["worker-ready"] = ProtocolJson.Default.WorkerReady,
        ["worker-refused"] = ProtocolJson.Default.WorkerRefused,
        ["worker-left"] = ProtocolJson.Default.WorkerLeft,
        ["assign-worker"] = ProtocolJson.Default.AssignWorker,
        ["worker-assigned"] = ProtocolJson.Default.WorkerAssigned,
        ["open-worker-epoch"] = ProtocolJson.Default.OpenWorkerEpoch,
        ["leave-job"] = ProtocolJson.Default.LeaveJob,

        // worker ↔ block
        ["connect-block"] = ProtocolJson.Default.ConnectBlock,
        ["block-connected"] = ProtocolJson.Default.BlockConnected,
        ["get-weights"] = ProtocolJson.Default.GetWeights,
        ["get-missing-nodes"] = ProtocolJson.Default.GetMissingNodes,
        ["push-evaluation"] = ProtocolJson.Default.PushEvaluation,
        ["get-missing-evaluation"] = ProtocolJson.Default.GetMissingEvaluation,

        // events of a job
        ["job-watched"] = ProtocolJson.Default.JobWatched,
        ["job-started"] = ProtocolJson.Default.JobStarted,
        ["job-progressed"] = ProtocolJson.Default.JobProgressed,
        ["epoch-ended"] = ProtocolJson.Default.EpochEnded,
        ["checkpoint-saved"] = ProtocolJson.Default.CheckpointSaved,
        ["workers-changed"] = ProtocolJson.Default.WorkersChanged,
        ["job-waiting"] = ProtocolJson.Default.JobWaiting,
        ["job-rewound"] = ProtocolJson.Default.JobRewound,
        ["job-paused"] = ProtocolJson.Default.JobPaused,
        ["job-finished"] = ProtocolJson.Default.JobFinished,

        // directory of jobs
        ["note-job"] = ProtocolJson.Default.NoteJob,
        ["job-noted"] = ProtocolJson.Default.JobNoted,
        ["get-job"] = ProtocolJson.Default.GetJob,
        ["job-looked-up"] = ProtocolJson.Default.JobLookedUp,
    };

    private static readonly Dictionary<Type, string> ManifestOf = ByManifest.ToDictionary(pair => pair.Value.Type, pair => pair.Key);

    /// <summary>Every type that has a name.</summary>
    public static IReadOnlyCollection<Type> Types => ManifestOf.Keys;

    /// <summary>A type's name; null when it has none.</summary>
    public static string? Find(Type type) => ManifestOf.GetValueOrDefault(type);

    /// <summary>The form of the record of that name; null when there is none.</summary>
    public static JsonTypeInfo? Find(string manifest) => ByManifest.GetValueOrDefault(manifest);
}
