using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Messages;

// Inside a node that shuts down.

/// <summary>From the shutdown to the worker host and on to workers and their jobs: take no more shards. Answered by <see cref="ShardsFinished"/>
/// for each job, and by the host with <see cref="WorkersFinished"/>.</summary>
internal sealed record FinishShards;

/// <summary>From a job's worker: all shards that it had taken are computed and handed over.</summary>
internal sealed record ShardsFinished(JobId Job);

/// <summary>From the worker host: nothing is under way on this node.</summary>
internal sealed record WorkersFinished;

/// <summary>From the shutdown to each block of the node: see to it that the job can go on elsewhere. Answered by <see cref="BlockMayMove"/>.</summary>
internal sealed record MoveBlock;

/// <summary>From a block: it holds nothing that is not durable, and its job waits for it elsewhere.</summary>
internal sealed record BlockMayMove;
