using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Compute;

// From a worker's compute threads to its actor.

/// <summary>A maximal node of an ordered run is summed; it belongs to the actor until it is released.</summary>
internal sealed record NodeComputed(long Lineage, long Step, IComputedNode Node);

/// <summary>A maximal node of a validation run is summed.</summary>
internal sealed record NodeEvaluated(long Lineage, int Epoch, ReductionNode Node, ShardMetrics Metrics);

/// <summary>A thread met an error that is not the data's or the numbers'.</summary>
internal sealed record ShardFailed(Exception Cause);
