using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Compute;

// Sent by a worker's compute threads to its actor.

/// <summary>A maximal node of an ordered run is summed. The actor owns the node until it releases it.</summary>
internal sealed record NodeComputed(long Lineage, long Step, IComputedNode Node);

/// <summary>A maximal node of a validation run is summed.</summary>
internal sealed record NodeEvaluated(long Lineage, int Epoch, ReductionNode Node, ShardMetrics Metrics);

/// <summary>A thread hit an error not caused by the data or the numerics.</summary>
internal sealed record ShardFailed(Exception Cause);
