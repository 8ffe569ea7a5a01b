using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Messages;

// The control protocol of one job on one screen. Every message may be lost, doubled or reordered: facts are repeated until they are
// superseded, commands until they are acknowledged, and term and lineage fence everything. Tensors travel by TensorMessages.

/// <summary>A message to a job's coordinator.</summary>
public interface ICoordinatorMessage
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

/// <summary>From a client: run this job. A known job goes on with the given options. Answered by events.</summary>
public sealed record StartJob(JobId Job, JobSpecification Specification, RunOptions Options, Checkpoint? Initial) : ICoordinatorMessage;

/// <summary>From a client: stop at a step that all blocks share, and make a checkpoint there. Answered by <see cref="JobPaused"/>.</summary>
public sealed record PauseJob(JobId Job) : ICoordinatorMessage;

/// <summary>From a client: end on the weights there are. Answered by <see cref="JobFinished"/>.</summary>
public sealed record CancelJob(JobId Job) : ICoordinatorMessage;

// ---- coordinator ↔ block

/// <summary>From a coordinator: tell where you are. Answered by <see cref="BlockState"/>; also starts the block.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Term">The coordinator's term.</param>
/// <param name="Query">Rises with every question of that coordinator: which of two answers is the later one.</param>
public sealed record GetBlockState(JobId Job, int Block, long Term, long Query) : IBlockMessage;

/// <summary>From a block that was asked, that has just loaded, or that has no state (then repeated until told what to load).</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Incarnation">Another number after each loss of memory.</param>
/// <param name="Term">The highest term that it has heard of; 0 for none.</param>
/// <param name="Query">The highest query of that term that it has heard.</param>
/// <param name="Lineage">The lineage of its weights; 0 while it has none.</param>
/// <param name="Step">The version of its weights.</param>
/// <param name="Copied">The step of an open checkpoint whose copy it holds; null for none.</param>
public sealed record BlockState(
    JobId Job, int Block, long Incarnation, long Term, long Query, long Lineage, long Step, long? Copied) : ICoordinatorMessage;

/// <summary>From a coordinator: forget what you have and load this. Repeated until <see cref="BlockState"/> answers with the lineage. One
/// incarnation alone loads a lineage: an entity that is there twice would otherwise answer workers with two voices.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Term">The coordinator's term.</param>
/// <param name="Query">As in <see cref="GetBlockState"/>.</param>
/// <param name="Incarnation">Who is to load it; any other says who it is.</param>
/// <param name="Lineage">The new lineage.</param>
/// <param name="Blocks">K.</param>
/// <param name="Specification">The job's specification.</param>
/// <param name="Checkpoint">What to load; null: the specification's random initialisation.</param>
/// <param name="OpenThrough">The last epoch whose steps may be computed.</param>
public sealed record LoadBlock(
    JobId Job, int Block, long Term, long Query, long Incarnation, long Lineage, int Blocks, JobSpecification Specification,
    Checkpoint? Checkpoint, int OpenThrough) : IBlockMessage
{
    /// <summary>The share of shards that are computed by two workers: the lineage's.</summary>
    public double AuditShare { get; init; }
}

/// <summary>From a block: the stored state cannot be read; another checkpoint is needed.</summary>
public sealed record BlockLoadFailed(JobId Job, int Block, long Lineage, string Reason) : ICoordinatorMessage;

/// <summary>From a block that an exception ends: its last word, said once. Where it is lost, the block counts as lost with its node.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Incarnation">The incarnation that ends.</param>
/// <param name="Lineage">The lineage that it held or was loading; 0 for none.</param>
/// <param name="Cause">Which block, where, and what happened.</param>
/// <param name="IsOutOfMemory">Whether there was not enough memory.</param>
public sealed record BlockFailed(JobId Job, int Block, long Incarnation, long Lineage, string Cause, bool IsOutOfMemory) : ICoordinatorMessage;

/// <summary>From a coordinator: who computes. Repeated until <see cref="BlockAssigned"/> answers.</summary>
public sealed record AssignBlock(JobId Job, int Block, long Term, long Lineage, Assignment Assignment, int OpenThrough) : IBlockMessage;

/// <summary>From a block: took the assignment of that number.</summary>
public sealed record BlockAssigned(JobId Job, int Block, long Lineage, long Number) : ICoordinatorMessage;

/// <summary>From a coordinator to blocks: the steps of epochs up to this one may be computed.</summary>
public sealed record OpenBlockEpoch(JobId Job, int Block, long Term, long Lineage, int OpenThrough) : IBlockMessage;

/// <summary>From a coordinator: copy and save your state when you are at this step. Answered by <see cref="CheckpointOpened"/> and later
/// <see cref="SnapshotSaved"/>, or by <see cref="CheckpointTooLate"/>. Repeated until answered.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Term">The coordinator's term.</param>
/// <param name="Lineage">The lineage.</param>
/// <param name="Attempt">Rises with every checkpoint that is opened: an answer to an earlier one says nothing about this one.</param>
/// <param name="Step">The step.</param>
public sealed record OpenCheckpoint(JobId Job, int Block, long Term, long Lineage, long Attempt, long Step) : IBlockMessage
{
    /// <summary>Copy only: the copy stays in memory until the same step is opened without this, or another one is kept instead.</summary>
    public bool KeepInMemory { get; init; }
}

/// <summary>From a coordinator: the checkpoint of this step, up to this attempt, is committed or given up; forget its copy, in the latter case
/// its stored parts too.</summary>
public sealed record CloseCheckpoint(JobId Job, int Block, long Term, long Lineage, long Attempt, long Step, bool IsCommitted) : IBlockMessage;

/// <summary>From a block: the state of that step is copied; saving begins.</summary>
public sealed record CheckpointOpened(JobId Job, int Block, long Lineage, long Attempt, long Step) : ICoordinatorMessage;

/// <summary>From a block that is already past the named step.</summary>
public sealed record CheckpointTooLate(JobId Job, int Block, long Lineage, long Attempt, long Step, long BlockStep) : ICoordinatorMessage;

/// <summary>From a block: its parts are durable. Repeated until <see cref="CloseCheckpoint"/>. Block 0 adds the epoch's running totals.</summary>
public sealed record SnapshotSaved(
    JobId Job, int Block, long Lineage, long Attempt, long Step, IReadOnlyList<SnapshotPart> Parts, ShardMetrics Totals) : ICoordinatorMessage;

/// <summary>From a block: saving failed and will be tried again.</summary>
public sealed record SnapshotDelayed(JobId Job, int Block, long Lineage, long Step, string Reason) : ICoordinatorMessage;

/// <summary>From a coordinator to block 0: withhold your next weights. Repeated until <see cref="BlockHeld"/>.</summary>
public sealed record HoldBlock(JobId Job, int Block, long Term, long Lineage) : IBlockMessage;

/// <summary>From block 0: weights of this step are withheld; nobody can pass it. Repeated as long as it lasts.</summary>
public sealed record BlockHeld(JobId Job, long Lineage, long Step) : ICoordinatorMessage;

/// <summary>From block 0, several times a second: cumulative sums of the epoch of step − 1.</summary>
public sealed record StepsProgressed(JobId Job, long Lineage, long Step, ShardMetrics Totals) : ICoordinatorMessage;

/// <summary>From block 0 at the end of an undecided epoch, repeated until the next one is open.</summary>
public sealed record EpochCompleted(JobId Job, long Lineage, int Epoch, ShardMetrics Training, ShardMetrics? Validation) : ICoordinatorMessage;

/// <summary>From a block that has waited too long: these shards are late.</summary>
public sealed record StepLate(JobId Job, int Block, long Lineage, long Step, IReadOnlyList<IndexRange> Missing) : ICoordinatorMessage
{
    /// <summary>Workers that have not said what an audited shard comes to; null for none.</summary>
    public IReadOnlyList<WorkerId>? Silent { get; init; }
}

/// <summary>
/// From a block: workers disagree about an audited shard of its current step, or with what was counted. The step is not applied any more.
/// Repeated until another lineage begins.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Lineage">The lineage.</param>
/// <param name="Step">The step.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Claims">What workers say that it comes to, one a worker.</param>
public sealed record AuditDisputed(
    JobId Job, int Block, long Lineage, long Step, int Shard, IReadOnlyList<ShardClaim> Claims) : ICoordinatorMessage;

/// <summary>From block 0 that has waited too long at the end of an epoch: these validation shards are late.</summary>
public sealed record EvaluationLate(JobId Job, long Lineage, int Epoch, IReadOnlyList<IndexRange> Missing) : ICoordinatorMessage;

/// <summary>From a block: a shard's loss or gradient, or a weight, is not finite. The job fails.</summary>
/// <param name="Job">The job.</param>
/// <param name="Lineage">The block's lineage.</param>
/// <param name="Step">The step that was being computed, or the version of the weights.</param>
/// <param name="Shard">The first such shard; null when a weight is not finite.</param>
public sealed record TrainingDiverged(JobId Job, long Lineage, long Step, int? Shard) : ICoordinatorMessage;

/// <summary>From a block whose node shuts down: what it holds must be durable first. Repeated until <see cref="ReleaseBlock"/> answers.</summary>
public sealed record BlockLeaving(JobId Job, int Block, long Incarnation, long Lineage) : ICoordinatorMessage;

/// <summary>From a coordinator to a block that leaves: the job is held at a checkpoint, or nobody needs the lineage; it starts elsewhere.</summary>
public sealed record ReleaseBlock(JobId Job, int Block, long Term, long Lineage) : IBlockMessage;

/// <summary>From a coordinator: the job is over, rests, or leaves this block; free everything up to this lineage and stop.</summary>
public sealed record EndBlock(JobId Job, int Block, long Term, long Lineage) : IBlockMessage;

// ---- coordinator ↔ worker

/// <summary>From a coordinator: get ready (data, connections to all blocks). Answered by <see cref="WorkerReady"/> or <see cref="WorkerRefused"/>.</summary>
public sealed record JoinJob(JobId Job, long Term, long Lineage, int Blocks, JobSpecification Specification) : IWorkerMessage;

/// <summary>From a worker: data present, all blocks of that lineage connected. Said again by one that has waited long for weights.</summary>
public sealed record WorkerReady(JobId Job, WorkerId Worker, long Lineage) : ICoordinatorMessage;

/// <summary>From a worker that cannot take part, and why.</summary>
public sealed record WorkerRefused(JobId Job, WorkerId Worker, string Reason) : ICoordinatorMessage;

/// <summary>From a worker, or from a node that saw its connection close: it takes no more work.</summary>
public sealed record WorkerLeft(JobId Job, WorkerId Worker, string Reason) : ICoordinatorMessage;

/// <summary>From a worker whose work on the job ended in an exception, said again to a coordinator that takes it for ready. It joins again when it is asked.</summary>
/// <param name="Job">The job.</param>
/// <param name="Worker">The worker.</param>
/// <param name="Number">Rises with every exception of that worker.</param>
/// <param name="Lineage">The lineage that it had joined.</param>
/// <param name="Cause">Which worker and what happened.</param>
/// <param name="IsOutOfMemory">Whether there was not enough memory.</param>
public sealed record WorkerFailed(JobId Job, WorkerId Worker, long Number, long Lineage, string Cause, bool IsOutOfMemory) : ICoordinatorMessage;

/// <summary>From a worker, at most about once a second while it computes: how fast it was. Not answered; the shares follow it when that is worth it.</summary>
/// <param name="Job">The job.</param>
/// <param name="Worker">The worker.</param>
/// <param name="SamplesPerSecond">Training samples that its threads compute in a second when all of them are busy.</param>
/// <param name="Compute">From a step's weights to the last of the worker's nodes; null while unknown.</param>
/// <param name="Wait">From there to the next step's weights; null while unknown.</param>
public sealed record WorkerMeasured(
    JobId Job, WorkerId Worker, double SamplesPerSecond, StepTiming? Compute = null, StepTiming? Wait = null) : ICoordinatorMessage;

/// <summary>From a block, at most about once a second while its steps go on: where their time went. Not answered, and nothing is decided by it.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Update">The last sum, the optimizer's update, handing the weights over; null while unknown.</param>
/// <param name="Wait">From a step's begin to the node that completes its tree; null while unknown.</param>
public sealed record BlockMeasured(JobId Job, int Block, StepTiming? Update, StepTiming? Wait) : ICoordinatorMessage;

/// <summary>What one part of a step took, over the last few hundred steps, in seconds.</summary>
/// <param name="Median">Half of them took no longer.</param>
/// <param name="Percentile95">All but the slowest twentieth took no longer.</param>
public sealed record StepTiming(double Median, double Percentile95);

/// <summary>From a coordinator: who computes. Repeated until <see cref="WorkerAssigned"/> answers.</summary>
public sealed record AssignWorker(JobId Job, long Term, long Lineage, Assignment Assignment, int OpenThrough) : IWorkerMessage
{
    /// <summary>The share of shards that are computed by two workers: the lineage's.</summary>
    public double AuditShare { get; init; }
}

/// <summary>From a coordinator to a worker that has nothing to do with a disputed shard: compute it too. Answered, at the blocks, by
/// <see cref="PushShardHash"/>; repeated until the dispute is decided.</summary>
public sealed record AuditShard(JobId Job, long Term, long Lineage, long Step, int Shard) : IWorkerMessage;

/// <summary>From a worker: took the assignment of that number.</summary>
public sealed record WorkerAssigned(JobId Job, WorkerId Worker, long Lineage, long Number) : ICoordinatorMessage;

/// <summary>From a coordinator to workers: the steps of epochs up to this one may be computed.</summary>
public sealed record OpenWorkerEpoch(JobId Job, long Term, long Lineage, int OpenThrough) : IWorkerMessage;

/// <summary>From a coordinator: the job is over or rests; free everything up to this lineage.</summary>
public sealed record LeaveJob(JobId Job, long Term, long Lineage) : IWorkerMessage;

// ---- worker ↔ block

/// <summary>From a worker that lacks weights: send the versions you keep. Answered by <see cref="WeightsUpdated"/>.</summary>
public sealed record GetWeights(JobId Job, int Block, long Lineage, WorkerId Worker) : IBlockMessage;

/// <summary>From a block: nodes of these leaves of an open step have not come. Answered by <see cref="PushGradient"/>.</summary>
public sealed record GetMissingNodes(JobId Job, int Block, long Lineage, long Step, IndexRange Leaves) : IWorkerMessage;

/// <summary>From a worker to a block: what an audited shard comes to there. Said again when the block asks by <see cref="GetMissingNodes"/>.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Lineage">The lineage of the weights that it was computed with.</param>
/// <param name="Step">The step.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Worker">The worker.</param>
/// <param name="Hash">The <see cref="GradientHash"/>.</param>
public sealed record PushShardHash(JobId Job, int Block, long Lineage, long Step, int Shard, WorkerId Worker, ulong Hash) : IBlockMessage;

/// <summary>From a worker to block 0: the metrics of a node of an epoch's validation tree.</summary>
public sealed record PushEvaluation(JobId Job, int Block, long Lineage, int Epoch, ReductionNode Node, ShardMetrics Metrics) : IBlockMessage;

/// <summary>From block 0: validation nodes of these leaves have not come. Answered by <see cref="PushEvaluation"/>.</summary>
public sealed record GetMissingEvaluation(JobId Job, long Lineage, int Epoch, IndexRange Leaves) : IWorkerMessage;
