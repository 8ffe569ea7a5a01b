using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Messages;

// The control protocol of one job on one screen. Messages may be lost, duplicated or reordered: facts are repeated until superseded, commands until
// acknowledged, and term and lineage fence everything. Tensors travel by TensorMessages.

/// <summary>A message to a job's coordinator.</summary>
internal interface ICoordinatorMessage
{
    /// <summary>The job.</summary>
    JobId Job { get; }
}

/// <summary>A message to one parameter block of a job.</summary>
public interface IBlockMessage
{
    /// <summary>The job.</summary>
    JobId Job { get; }

    /// <summary>The block, from 0.</summary>
    int Block { get; }
}

/// <summary>A message to a worker about one job.</summary>
public interface IWorkerMessage
{
    /// <summary>The job.</summary>
    JobId Job { get; }
}

// ---- client → coordinator

/// <summary>From a client: run this job. A known job resumes with the given options. Answered by events.</summary>
internal sealed record StartJob(JobId Job, JobSpecification Specification, RunOptions Options, Checkpoint? Initial) : ICoordinatorMessage;

/// <summary>From a client: stop at a step that all blocks share, and checkpoint there. Answered by <see cref="JobPaused"/>.</summary>
internal sealed record PauseJob(JobId Job) : ICoordinatorMessage;

/// <summary>From a client: end on the current weights. Answered by <see cref="JobFinished"/>.</summary>
internal sealed record CancelJob(JobId Job) : ICoordinatorMessage
{
    /// <summary>Why, if not by a person.</summary>
    public StopReason? Reason { get; init; }
}

// ---- coordinator ↔ block

/// <summary>From a coordinator: report your state. Answered by <see cref="BlockState"/>; also starts the block.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Term">The coordinator's term.</param>
/// <param name="Query">Increases with every query of that coordinator, to tell which of two answers is later.</param>
internal sealed record GetBlockState(JobId Job, int Block, long Term, long Query) : IBlockMessage;

/// <summary>From a block that was queried, has just loaded, or has no state (then repeated until told what to load).</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Incarnation">A new number after each loss of memory.</param>
/// <param name="Term">The highest term it has seen; 0 for none.</param>
/// <param name="Query">The highest query of that term it has seen.</param>
/// <param name="Lineage">The lineage of its weights; 0 while it has none.</param>
/// <param name="Step">The version of its weights.</param>
/// <param name="Copied">The step of an open checkpoint it holds a copy of; null for none.</param>
internal sealed record BlockState(
    JobId Job, int Block, long Incarnation, long Term, long Query, long Lineage, long Step, long? Copied) : ICoordinatorMessage;

/// <summary>From a coordinator: discard your state and load this. Repeated until <see cref="BlockState"/> answers with the lineage. Only one
/// incarnation loads a lineage: a duplicated entity would otherwise give workers conflicting answers.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Term">The coordinator's term.</param>
/// <param name="Query">As in <see cref="GetBlockState"/>.</param>
/// <param name="Incarnation">The incarnation that must load it; any other answers with its own number.</param>
/// <param name="Lineage">The new lineage.</param>
/// <param name="Blocks">K.</param>
/// <param name="Specification">The job's specification.</param>
/// <param name="Checkpoint">What to load; null: the specification's random initialisation.</param>
/// <param name="OpenThrough">The last epoch whose steps may be computed.</param>
internal sealed record LoadBlock(
    JobId Job, int Block, long Term, long Query, long Incarnation, long Lineage, int Blocks, JobSpecification Specification,
    Checkpoint? Checkpoint, int OpenThrough) : IBlockMessage
{
    /// <summary>The lineage's share of shards that two workers compute.</summary>
    public double AuditShare { get; init; }
}

/// <summary>From a block: the stored state cannot be read; another checkpoint is needed.</summary>
internal sealed record BlockLoadFailed(JobId Job, int Block, long Lineage, string Reason) : ICoordinatorMessage;

/// <summary>From a block ended by an exception: its last message, sent once. If it is lost, the block counts as lost with its node.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Incarnation">The incarnation that ends.</param>
/// <param name="Lineage">The lineage it held or was loading; 0 for none.</param>
/// <param name="Cause">Which block, where, and what happened.</param>
/// <param name="IsOutOfMemory">Whether there was not enough memory.</param>
internal sealed record BlockFailed(JobId Job, int Block, long Incarnation, long Lineage, string Cause, bool IsOutOfMemory) : ICoordinatorMessage;

/// <summary>From a coordinator: which workers compute. Repeated until <see cref="BlockAssigned"/> answers.</summary>
internal sealed record AssignBlock(JobId Job, int Block, long Term, long Lineage, Assignment Assignment, int OpenThrough) : IBlockMessage;

/// <summary>From a block: acknowledges the assignment of that number.</summary>
internal sealed record BlockAssigned(JobId Job, int Block, long Lineage, long Number) : ICoordinatorMessage;

/// <summary>From a coordinator to blocks: the steps of epochs up to this one may be computed.</summary>
internal sealed record OpenBlockEpoch(JobId Job, int Block, long Term, long Lineage, int OpenThrough) : IBlockMessage;

/// <summary>From a coordinator: copy and store your state when you reach this step. Answered by <see cref="CheckpointOpened"/> and later
/// <see cref="SnapshotSaved"/>, or by <see cref="CheckpointTooLate"/>. Repeated until answered.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Term">The coordinator's term.</param>
/// <param name="Lineage">The lineage.</param>
/// <param name="Attempt">Increases with every opened checkpoint: an answer to an earlier one says nothing about this one.</param>
/// <param name="Step">The step.</param>
internal sealed record OpenCheckpoint(JobId Job, int Block, long Term, long Lineage, long Attempt, long Step) : IBlockMessage
{
    /// <summary>Copy only: the copy stays in memory until the same step is opened without this flag, or another copy is kept instead.</summary>
    public bool KeepInMemory { get; init; }
}

/// <summary>
/// From a coordinator: the checkpoint of this step, up to this attempt, is committed or abandoned. Drop its copy and, if abandoned, its stored parts.
/// </summary>
internal sealed record CloseCheckpoint(JobId Job, int Block, long Term, long Lineage, long Attempt, long Step, bool IsCommitted) : IBlockMessage;

/// <summary>From a block: the state of that step is copied; storing begins.</summary>
internal sealed record CheckpointOpened(JobId Job, int Block, long Lineage, long Attempt, long Step) : ICoordinatorMessage;

/// <summary>From a block that is already past the named step.</summary>
internal sealed record CheckpointTooLate(JobId Job, int Block, long Lineage, long Attempt, long Step, long BlockStep) : ICoordinatorMessage;

/// <summary>From a block: its parts are durable. Repeated until <see cref="CloseCheckpoint"/>. Block 0 adds the epoch's running totals.</summary>
internal sealed record SnapshotSaved(
    JobId Job, int Block, long Lineage, long Attempt, long Step, IReadOnlyList<SnapshotPart> Parts, ShardMetrics Totals) : ICoordinatorMessage;

/// <summary>From a block: storing failed and will be retried.</summary>
internal sealed record SnapshotDelayed(JobId Job, int Block, long Lineage, long Step, string Reason) : ICoordinatorMessage;

/// <summary>From a coordinator to block 0: withhold your next weights. Repeated until <see cref="BlockHeld"/>.</summary>
internal sealed record HoldBlock(JobId Job, int Block, long Term, long Lineage) : IBlockMessage;

/// <summary>From block 0: the weights of this step are withheld, and no worker can pass it. Repeated while in force.</summary>
internal sealed record BlockHeld(JobId Job, long Lineage, long Step) : ICoordinatorMessage;

/// <summary>From block 0, several times a second: cumulative sums of the epoch of step − 1.</summary>
internal sealed record StepsProgressed(JobId Job, long Lineage, long Step, ShardMetrics Totals) : ICoordinatorMessage;

/// <summary>From block 0 at the end of an undecided epoch, repeated until the next one is open.</summary>
internal sealed record EpochCompleted(JobId Job, long Lineage, int Epoch, ShardMetrics Training, ShardMetrics? Validation) : ICoordinatorMessage;

/// <summary>From a block that has waited too long: these shards are late.</summary>
internal sealed record StepLate(JobId Job, int Block, long Lineage, long Step, IReadOnlyList<IndexRange> Missing) : ICoordinatorMessage
{
    /// <summary>Workers that have not claimed an audited shard's result; null for none.</summary>
    public IReadOnlyList<WorkerId>? Silent { get; init; }
}

/// <summary>
/// From a block: workers disagree about an audited shard of its current step, or with the counted result. The step will not be applied. Repeated
/// until another lineage begins.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Lineage">The lineage.</param>
/// <param name="Step">The step.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Claims">The workers' claims of its result, one per worker.</param>
internal sealed record AuditDisputed(
    JobId Job, int Block, long Lineage, long Step, int Shard, IReadOnlyList<ShardClaim> Claims) : ICoordinatorMessage;

/// <summary>From block 0 that has waited too long at the end of an epoch: these validation shards are late.</summary>
internal sealed record EvaluationLate(JobId Job, long Lineage, int Epoch, IReadOnlyList<IndexRange> Missing) : ICoordinatorMessage;

/// <summary>From a block: a shard's loss or gradient, or a weight, is not finite. The job fails.</summary>
/// <param name="Job">The job.</param>
/// <param name="Lineage">The block's lineage.</param>
/// <param name="Step">The step that was being computed, or the version of the weights.</param>
/// <param name="Shard">The first such shard; null when a weight is not finite.</param>
internal sealed record TrainingDiverged(JobId Job, long Lineage, long Step, int? Shard) : ICoordinatorMessage;

/// <summary>From a block whose node shuts down: its state must first become durable. Repeated until <see cref="ReleaseBlock"/> answers.</summary>
internal sealed record BlockLeaving(JobId Job, int Block, long Incarnation, long Lineage) : ICoordinatorMessage;

/// <summary>
/// From a coordinator to a leaving block: the job is held at a checkpoint, or the lineage is no longer needed; the block starts elsewhere.
/// </summary>
internal sealed record ReleaseBlock(JobId Job, int Block, long Term, long Lineage) : IBlockMessage;

/// <summary>From a coordinator: the job is over, rests, or leaves this block; release everything up to this lineage and stop.</summary>
internal sealed record EndBlock(JobId Job, int Block, long Term, long Lineage) : IBlockMessage;

// ---- coordinator ↔ worker

/// <summary>
/// From a coordinator: prepare (data, connections to all blocks). Answered by <see cref="WorkerReady"/> or <see cref="WorkerRefused"/>.
/// </summary>
internal sealed record JoinJob(JobId Job, long Term, long Lineage, int Blocks, JobSpecification Specification) : IWorkerMessage;

/// <summary>From a worker: data present, all blocks of that lineage connected. Repeated by a worker that has waited long for weights.</summary>
internal sealed record WorkerReady(JobId Job, WorkerId Worker, long Lineage) : ICoordinatorMessage;

/// <summary>From a worker that cannot take part, with the reason.</summary>
internal sealed record WorkerRefused(JobId Job, WorkerId Worker, string Reason) : ICoordinatorMessage;

/// <summary>From a worker, or from a node that saw its connection close: the worker accepts no more work.</summary>
internal sealed record WorkerLeft(JobId Job, WorkerId Worker, string Reason) : ICoordinatorMessage;

/// <summary>
/// From a worker whose work on the job ended in an exception; repeated to a coordinator that considers it ready. It rejoins when asked.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Worker">The worker.</param>
/// <param name="Number">Increases with every exception of that worker.</param>
/// <param name="Lineage">The lineage it had joined.</param>
/// <param name="Cause">Which worker and what happened.</param>
/// <param name="IsOutOfMemory">Whether there was not enough memory.</param>
internal sealed record WorkerFailed(JobId Job, WorkerId Worker, long Number, long Lineage, string Cause, bool IsOutOfMemory) : ICoordinatorMessage;

/// <summary>
/// From a worker, at most about once a second while it computes: its measured speed. Not answered; shares follow it when worthwhile.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Worker">The worker.</param>
/// <param name="SamplesPerSecond">Training samples per second with all its threads busy.</param>
/// <param name="Compute">From a step's weights to the last of the worker's nodes; null while unknown.</param>
/// <param name="Wait">From there to the next step's weights; null while unknown.</param>
internal sealed record WorkerMeasured(
    JobId Job, WorkerId Worker, double SamplesPerSecond, StepTiming? Compute = null, StepTiming? Wait = null) : ICoordinatorMessage;

/// <summary>
/// From a block, at most about once a second while its steps advance: how they spent their time. Not answered; no decision depends on it.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Update">The last sum, the optimizer's update and handing over the weights; null while unknown.</param>
/// <param name="Wait">From a step's start to the node that completes its tree; null while unknown.</param>
internal sealed record BlockMeasured(JobId Job, int Block, StepTiming? Update, StepTiming? Wait) : ICoordinatorMessage;

/// <summary>The duration of one part of a step, over the last few hundred steps, in seconds.</summary>
/// <param name="Median">Half of the steps took no longer.</param>
/// <param name="Percentile95">All but the slowest twentieth took no longer.</param>
public sealed record StepTiming(double Median, double Percentile95);

/// <summary>From a coordinator: which workers compute. Repeated until <see cref="WorkerAssigned"/> answers.</summary>
internal sealed record AssignWorker(JobId Job, long Term, long Lineage, Assignment Assignment, int OpenThrough) : IWorkerMessage
{
    /// <summary>The lineage's share of shards that two workers compute.</summary>
    public double AuditShare { get; init; }
}

/// <summary>From a coordinator to a worker not involved in a disputed shard: compute it too. Answered, at the blocks, by <see cref="PushShardHash"/>;
/// repeated until the dispute is decided.</summary>
internal sealed record AuditShard(JobId Job, long Term, long Lineage, long Step, int Shard) : IWorkerMessage;

/// <summary>From a worker: acknowledges the assignment of that number.</summary>
internal sealed record WorkerAssigned(JobId Job, WorkerId Worker, long Lineage, long Number) : ICoordinatorMessage;

/// <summary>From a coordinator to workers: the steps of epochs up to this one may be computed.</summary>
internal sealed record OpenWorkerEpoch(JobId Job, long Term, long Lineage, int OpenThrough) : IWorkerMessage;

/// <summary>From a coordinator: the job is over or rests; release everything up to this lineage.</summary>
internal sealed record LeaveJob(JobId Job, long Term, long Lineage) : IWorkerMessage;

// ---- worker ↔ block

/// <summary>From a worker that lacks weights: send the versions you keep. Answered by <see cref="WeightsUpdated"/>.</summary>
internal sealed record GetWeights(JobId Job, int Block, long Lineage, WorkerId Worker) : IBlockMessage;

/// <summary>From a block: nodes of these leaves of an open step are missing. Answered by <see cref="PushGradient"/>.</summary>
internal sealed record GetMissingNodes(JobId Job, int Block, long Lineage, long Step, IndexRange Leaves) : IWorkerMessage;

/// <summary>From a worker to a block: its result of an audited shard. Repeated when the block asks by <see cref="GetMissingNodes"/>.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Lineage">The lineage of the weights it was computed with.</param>
/// <param name="Step">The step.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Worker">The worker.</param>
/// <param name="Hash">The <see cref="GradientHash"/>.</param>
internal sealed record PushShardHash(JobId Job, int Block, long Lineage, long Step, int Shard, WorkerId Worker, ulong Hash) : IBlockMessage;

/// <summary>From a worker to block 0: the metrics of a node of an epoch's validation tree.</summary>
internal sealed record PushEvaluation(JobId Job, int Block, long Lineage, int Epoch, ReductionNode Node, ShardMetrics Metrics) : IBlockMessage;

/// <summary>From block 0: validation nodes of these leaves are missing. Answered by <see cref="PushEvaluation"/>.</summary>
internal sealed record GetMissingEvaluation(JobId Job, long Lineage, int Epoch, IndexRange Leaves) : IWorkerMessage;
