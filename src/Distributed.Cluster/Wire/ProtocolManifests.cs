using System.Text.Json.Serialization.Metadata;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Search;

namespace Distributed.Cluster.Wire;

/// <summary>
/// The short manifests under which records are stored and sent, one per record. Stored rows contain them: never change or reuse one.
/// </summary>
internal static class ProtocolManifests
{
    private static readonly Dictionary<string, Type> ByManifest = new()
    {
        // journal events
        ["job-submitted"] = typeof(JobSubmitted),
        ["run-options-changed"] = typeof(RunOptionsChanged),
        ["term-started"] = typeof(TermStarted),
        ["lineage-started"] = typeof(LineageStarted),
        ["checkpoint-committed"] = typeof(CheckpointCommitted),
        ["epoch-decided"] = typeof(EpochDecided),
        ["job-summarized"] = typeof(JobSummarized),
        ["pause-changed"] = typeof(PauseChanged),
        ["cancel-requested"] = typeof(CancelRequested),
        ["attempt-failed"] = typeof(AttemptFailed),
        ["lineage-advanced"] = typeof(LineageAdvanced),
        ["training-began"] = typeof(TrainingBegan),
        ["worker-excluded"] = typeof(WorkerExcluded),
        ["job-ended"] = typeof(JobEnded),
        ["job-registered"] = typeof(JobRegistered),

        // client → coordinator
        ["start-job"] = typeof(StartJob),
        ["pause-job"] = typeof(PauseJob),
        ["cancel-job"] = typeof(CancelJob),
        ["watch-job"] = typeof(WatchJob),
        ["get-job-status"] = typeof(GetJobStatus),
        ["job-status"] = typeof(JobStatus),

        // coordinator ↔ block
        ["get-block-state"] = typeof(GetBlockState),
        ["block-state"] = typeof(BlockState),
        ["load-block"] = typeof(LoadBlock),
        ["block-load-failed"] = typeof(BlockLoadFailed),
        ["block-failed"] = typeof(BlockFailed),
        ["assign-block"] = typeof(AssignBlock),
        ["block-assigned"] = typeof(BlockAssigned),
        ["open-block-epoch"] = typeof(OpenBlockEpoch),
        ["open-checkpoint"] = typeof(OpenCheckpoint),
        ["close-checkpoint"] = typeof(CloseCheckpoint),
        ["checkpoint-opened"] = typeof(CheckpointOpened),
        ["checkpoint-too-late"] = typeof(CheckpointTooLate),
        ["snapshot-saved"] = typeof(SnapshotSaved),
        ["snapshot-delayed"] = typeof(SnapshotDelayed),
        ["hold-block"] = typeof(HoldBlock),
        ["block-held"] = typeof(BlockHeld),
        ["steps-progressed"] = typeof(StepsProgressed),
        ["epoch-completed"] = typeof(EpochCompleted),
        ["step-late"] = typeof(StepLate),
        ["evaluation-late"] = typeof(EvaluationLate),
        ["audit-disputed"] = typeof(AuditDisputed),
        ["training-diverged"] = typeof(TrainingDiverged),
        ["block-measured"] = typeof(BlockMeasured),
        ["block-leaving"] = typeof(BlockLeaving),
        ["release-block"] = typeof(ReleaseBlock),
        ["end-block"] = typeof(EndBlock),

        // coordinator ↔ worker
        ["get-workers"] = typeof(GetWorkers),
        ["worker-here"] = typeof(WorkerAvailable),
        ["join-job"] = typeof(JoinJob),
        ["worker-ready"] = typeof(WorkerReady),
        ["worker-refused"] = typeof(WorkerRefused),
        ["worker-left"] = typeof(WorkerLeft),
        ["worker-failed"] = typeof(WorkerFailed),
        ["worker-measured"] = typeof(WorkerMeasured),
        ["assign-worker"] = typeof(AssignWorker),
        ["worker-assigned"] = typeof(WorkerAssigned),
        ["audit-shard"] = typeof(AuditShard),
        ["open-worker-epoch"] = typeof(OpenWorkerEpoch),
        ["leave-job"] = typeof(LeaveJob),

        // worker ↔ block
        ["connect-block"] = typeof(ConnectBlock),
        ["block-connected"] = typeof(BlockConnected),
        ["get-weights"] = typeof(GetWeights),
        ["get-missing-nodes"] = typeof(GetMissingNodes),
        ["push-shard-hash"] = typeof(PushShardHash),
        ["push-evaluation"] = typeof(PushEvaluation),
        ["get-missing-evaluation"] = typeof(GetMissingEvaluation),

        // events of a job
        ["job-watched"] = typeof(JobWatched),
        ["job-started"] = typeof(JobStarted),
        ["job-progressed"] = typeof(JobProgressed),
        ["epoch-ended"] = typeof(EpochEnded),
        ["checkpoint-saved"] = typeof(CheckpointSaved),
        ["workers-changed"] = typeof(WorkersChanged),
        ["job-waiting"] = typeof(JobWaiting),
        ["job-rewound"] = typeof(JobRewound),
        ["job-paused"] = typeof(JobPaused),
        ["job-finished"] = typeof(JobFinished),
        ["job-state-changed"] = typeof(JobStateChanged),

        // job directory
        ["note-job"] = typeof(NoteJob),
        ["job-noted"] = typeof(JobNoted),

        // the queue: its journal and its messages with gateways
        ["job-queued"] = typeof(JobQueued),
        ["job-turn-began"] = typeof(JobTurnBegan),
        ["job-pause-asked"] = typeof(JobPauseAsked),
        ["job-rested"] = typeof(JobRested),
        ["job-resume-asked"] = typeof(JobResumeAsked),
        ["job-cancel-asked"] = typeof(JobCancelAsked),
        ["job-closed"] = typeof(JobClosed),
        ["job-forgotten"] = typeof(JobForgotten),
        ["queue-job"] = typeof(QueueJob),
        ["steer-job"] = typeof(SteerJob),
        ["queue-answered"] = typeof(QueueAnswered),
        ["find-job-name"] = typeof(FindJobName),
        ["job-name-found"] = typeof(JobNameReply),
        ["get-job-page"] = typeof(GetJobPage),
        ["job-page-told"] = typeof(JobPageReply),
        ["get-job-summaries"] = typeof(GetJobSummaries),
        ["job-summaries-told"] = typeof(JobSummariesReply),
        ["get-queued-job"] = typeof(GetQueuedJob),
        ["queued-job-told"] = typeof(QueuedJobReply),
        ["get-dataset-users"] = typeof(GetDatasetUsers),
        ["dataset-users-told"] = typeof(DatasetUsersReply),
        ["get-node-load"] = typeof(GetNodeLoad),
        ["node-load-told"] = typeof(NodeLoadReply),

        // a search's journal
        ["search-submitted"] = typeof(SearchSubmitted),
        ["trial-proposed"] = typeof(TrialProposed),
        ["trial-ended"] = typeof(TrialEnded),
        ["rung-decided"] = typeof(RungDecided),
        ["search-pause-changed"] = typeof(SearchPauseChanged),
        ["search-cancel-requested"] = typeof(SearchCancelRequested),
        ["search-ended"] = typeof(SearchEnded),

        // core node ↔ core node
        ["get-formation"] = typeof(GetFormation),
        ["formation-told"] = typeof(FormationReply),
        ["process-refused"] = typeof(ProcessRefused),

        // data sets between nodes
        ["find-data"] = typeof(FindData),
        ["data-here"] = typeof(DataAvailable),
        ["get-chunk"] = typeof(GetChunk),
        ["chunk-refused"] = typeof(ChunkRefused),
    };

    private static readonly Dictionary<Type, string> ManifestOf = ByManifest.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Every type that has a manifest.</summary>
    public static IReadOnlyCollection<Type> Types => ManifestOf.Keys;

    /// <summary>A type's manifest; null when it has none.</summary>
    public static string? Find(Type type) => ManifestOf.GetValueOrDefault(type);

    /// <summary>
    /// The JSON type info for a manifest; null when there is none. Made when it is first asked for: making all of them would be a fifth of the start
    /// of a process, which compiles the property accessors of each.
    /// </summary>
    public static JsonTypeInfo? Find(string manifest) => ByManifest.TryGetValue(manifest, out var type) ? ProtocolJson.Default.GetTypeInfo(type) : null;
}
