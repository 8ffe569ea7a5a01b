using System.Text.Json.Serialization.Metadata;

namespace Distributed.Cluster.Wire;

/// <summary>
/// The short manifests under which records are stored and sent, one per record. Stored rows contain them: never change or reuse one.
/// </summary>
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
        ["job-summarized"] = ProtocolJson.Default.JobSummarized,
        ["pause-changed"] = ProtocolJson.Default.PauseChanged,
        ["cancel-requested"] = ProtocolJson.Default.CancelRequested,
        ["attempt-failed"] = ProtocolJson.Default.AttemptFailed,
        ["training-began"] = ProtocolJson.Default.TrainingBegan,
        ["worker-excluded"] = ProtocolJson.Default.WorkerExcluded,
        ["job-ended"] = ProtocolJson.Default.JobEnded,
        ["job-registered"] = ProtocolJson.Default.JobRegistered,

        // client → coordinator
        ["start-job"] = ProtocolJson.Default.StartJob,
        ["pause-job"] = ProtocolJson.Default.PauseJob,
        ["cancel-job"] = ProtocolJson.Default.CancelJob,
        ["watch-job"] = ProtocolJson.Default.WatchJob,
        ["get-job-status"] = ProtocolJson.Default.GetJobStatus,
        ["job-status"] = ProtocolJson.Default.JobStatus,

        // coordinator ↔ block
        ["get-block-state"] = ProtocolJson.Default.GetBlockState,
        ["block-state"] = ProtocolJson.Default.BlockState,
        ["load-block"] = ProtocolJson.Default.LoadBlock,
        ["block-load-failed"] = ProtocolJson.Default.BlockLoadFailed,
        ["block-failed"] = ProtocolJson.Default.BlockFailed,
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
        ["evaluation-late"] = ProtocolJson.Default.EvaluationLate,
        ["audit-disputed"] = ProtocolJson.Default.AuditDisputed,
        ["training-diverged"] = ProtocolJson.Default.TrainingDiverged,
        ["block-measured"] = ProtocolJson.Default.BlockMeasured,
        ["block-leaving"] = ProtocolJson.Default.BlockLeaving,
        ["release-block"] = ProtocolJson.Default.ReleaseBlock,
        ["end-block"] = ProtocolJson.Default.EndBlock,

        // coordinator ↔ worker
        ["get-workers"] = ProtocolJson.Default.GetWorkers,
        ["worker-here"] = ProtocolJson.Default.WorkerAvailable,
        ["join-job"] = ProtocolJson.Default.JoinJob,
        ["worker-ready"] = ProtocolJson.Default.WorkerReady,
        ["worker-refused"] = ProtocolJson.Default.WorkerRefused,
        ["worker-left"] = ProtocolJson.Default.WorkerLeft,
        ["worker-failed"] = ProtocolJson.Default.WorkerFailed,
        ["worker-measured"] = ProtocolJson.Default.WorkerMeasured,
        ["assign-worker"] = ProtocolJson.Default.AssignWorker,
        ["worker-assigned"] = ProtocolJson.Default.WorkerAssigned,
        ["audit-shard"] = ProtocolJson.Default.AuditShard,
        ["open-worker-epoch"] = ProtocolJson.Default.OpenWorkerEpoch,
        ["leave-job"] = ProtocolJson.Default.LeaveJob,

        // worker ↔ block
        ["connect-block"] = ProtocolJson.Default.ConnectBlock,
        ["block-connected"] = ProtocolJson.Default.BlockConnected,
        ["get-weights"] = ProtocolJson.Default.GetWeights,
        ["get-missing-nodes"] = ProtocolJson.Default.GetMissingNodes,
        ["push-shard-hash"] = ProtocolJson.Default.PushShardHash,
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
        ["job-state-changed"] = ProtocolJson.Default.JobStateChanged,

        // job directory
        ["note-job"] = ProtocolJson.Default.NoteJob,
        ["job-noted"] = ProtocolJson.Default.JobNoted,

        // the queue: its journal and its messages with gateways
        ["job-queued"] = ProtocolJson.Default.JobQueued,
        ["job-turn-began"] = ProtocolJson.Default.JobTurnBegan,
        ["job-pause-asked"] = ProtocolJson.Default.JobPauseAsked,
        ["job-rested"] = ProtocolJson.Default.JobRested,
        ["job-resume-asked"] = ProtocolJson.Default.JobResumeAsked,
        ["job-cancel-asked"] = ProtocolJson.Default.JobCancelAsked,
        ["job-closed"] = ProtocolJson.Default.JobClosed,
        ["job-forgotten"] = ProtocolJson.Default.JobForgotten,
        ["queue-job"] = ProtocolJson.Default.QueueJob,
        ["steer-job"] = ProtocolJson.Default.SteerJob,
        ["queue-answered"] = ProtocolJson.Default.QueueAnswered,
        ["find-job-name"] = ProtocolJson.Default.FindJobName,
        ["job-name-found"] = ProtocolJson.Default.JobNameReply,
        ["get-job-page"] = ProtocolJson.Default.GetJobPage,
        ["job-page-told"] = ProtocolJson.Default.JobPageReply,
        ["get-job-summaries"] = ProtocolJson.Default.GetJobSummaries,
        ["job-summaries-told"] = ProtocolJson.Default.JobSummariesReply,
        ["get-queued-job"] = ProtocolJson.Default.GetQueuedJob,
        ["queued-job-told"] = ProtocolJson.Default.QueuedJobReply,
        ["get-dataset-users"] = ProtocolJson.Default.GetDatasetUsers,
        ["dataset-users-told"] = ProtocolJson.Default.DatasetUsersReply,
        ["get-node-load"] = ProtocolJson.Default.GetNodeLoad,
        ["node-load-told"] = ProtocolJson.Default.NodeLoadReply,
        // core node ↔ core node
        ["get-formation"] = ProtocolJson.Default.GetFormation,
        ["formation-told"] = ProtocolJson.Default.FormationReply,
        ["process-refused"] = ProtocolJson.Default.ProcessRefused,

        // data sets between nodes
        ["find-data"] = ProtocolJson.Default.FindData,
        ["data-here"] = ProtocolJson.Default.DataAvailable,
        ["get-chunk"] = ProtocolJson.Default.GetChunk,
        ["chunk-refused"] = ProtocolJson.Default.ChunkRefused,
    };

    private static readonly Dictionary<Type, string> ManifestOf = ByManifest.ToDictionary(pair => pair.Value.Type, pair => pair.Key);

    /// <summary>Every type that has a manifest.</summary>
    public static IReadOnlyCollection<Type> Types => ManifestOf.Keys;

    /// <summary>A type's manifest; null when it has none.</summary>
    public static string? Find(Type type) => ManifestOf.GetValueOrDefault(type);

    /// <summary>The JSON type info for a manifest; null when there is none.</summary>
    public static JsonTypeInfo? Find(string manifest) => ByManifest.GetValueOrDefault(manifest);
}
