using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Messages;

// Within a node that is shutting down.

/// <summary>
/// From the shutdown to the worker host, then to workers and their jobs: take no more shards. Answered by <see cref="ShardsFinished"/> for each job,
/// and by the host with <see cref="WorkersFinished"/>.
/// </summary>
internal sealed record FinishShards;

/// <summary>From a job's worker: all shards it took are computed and handed over.</summary>
internal sealed record ShardsFinished(JobId Job);

/// <summary>From the worker host: no work is in progress on this node.</summary>
internal sealed record WorkersFinished;

/// <summary>From the shutdown to each block of the node: prepare to move. Answered by <see cref="BlockMayMove"/>.</summary>
internal sealed record MoveBlock;

/// <summary>From a block: its state is durable, and its job waits to continue elsewhere.</summary>
internal sealed record BlockMayMove;
