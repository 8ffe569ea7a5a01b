using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;
using Distributed.Protocol.Workers;

namespace Distributed.Cluster.Compute;

// Sent by a worker's compute threads to its actor.

/// <summary>A maximal node of an ordered run is summed. The actor owns the node until it releases it.</summary>
internal sealed record NodeComputed(long Lineage, long Step, IComputedNode Node);

/// <summary>A maximal node of a validation run is summed.</summary>
internal sealed record NodeEvaluated(long Lineage, int Epoch, ReductionNode Node, ShardMetrics Metrics);

/// <summary>A stride has ended, and the blocks' memory is given back.</summary>
/// <param name="Lineage">Its lineage.</param>
/// <param name="From">The version it began from.</param>
/// <param name="Stride">What it made.</param>
/// <param name="Clock">The time it took.</param>
internal sealed record StrideEnded(long Lineage, long From, Stride Stride, StrideClock Clock);

/// <summary>A thread hit an error not caused by the data or the numerics.</summary>
internal sealed record ShardFailed(Exception Cause);
