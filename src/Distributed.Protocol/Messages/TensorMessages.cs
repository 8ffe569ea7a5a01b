using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Strides;

namespace Distributed.Protocol.Messages;

// What the data plane carries: by reference inside a process, as frames between processes.

/// <summary>
/// From a worker to a block: its slice of a node of step <paramref name="Step"/>'s reduction tree. Answered, in time, by the weights of the next
/// step. The values may be memory that the sender reuses once the step is closed: a receiver checks lineage and step before reading.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Lineage">The lineage of the weights it was computed with.</param>
/// <param name="Step">The step.</param>
/// <param name="Node">The node of the step's tree.</param>
/// <param name="Values">Sum of the gradients of the node's samples over the block's range [range].</param>
/// <param name="Metrics">Sums of the node's samples.</param>
/// <param name="Lease">Returns the memory of <paramref name="Values"/>; null when it belongs to the sender.</param>
public sealed record PushGradient(
    JobId Job, int Block, long Lineage, long Step, ReductionNode Node, ReadOnlyMemory<float> Values, ShardMetrics Metrics, IDisposable? Lease) : IBlockMessage
{
    /// <summary>The job's format. The lower halves of bfloat16 values are zero and need not travel.</summary>
    public GradientFormat Format { get; init; }

    /// <summary>
    /// The workers of the link that it came by, as the receiver knows them; it does not travel. Empty: the link is not that of a worker.
    /// </summary>
    public IReadOnlyList<WorkerId> From { get; init; } = [];
}

/// <summary>
/// From a block to a worker: its weights of version <paramref name="Step"/>. They acknowledge all nodes of the step before.
/// The values may be memory that the block reuses two versions later.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Lineage">The lineage.</param>
/// <param name="Step">The version: steps done.</param>
/// <param name="Values">The block's range of the flat parameter vector [range].</param>
/// <param name="Lease">Returns the memory of <paramref name="Values"/>; null when it belongs to the sender.</param>
public sealed record WeightsUpdated(
    JobId Job, int Block, long Lineage, long Step, ReadOnlyMemory<float> Values, IDisposable? Lease) : IWorkerMessage
{
    /// <summary>To the only worker, in the block's process: the step and the following ones are its own if it likes. Null otherwise.</summary>
    public StrideOffer? Offer { get; init; }
}

/// <summary>From a node with a data set to a node that requested it: a chunk of its file, or the chunk list.</summary>
/// <param name="DataSet">The data set's SHA-256.</param>
/// <param name="Index">The chunk; <see cref="ChunkListIndex"/> for the list (see <c>ChunkList</c>).</param>
/// <param name="Values">The bytes, four at a time.</param>
/// <param name="Lease">Returns the memory of <paramref name="Values"/>; null when it belongs to the sender.</param>
public sealed record DataChunk(string DataSet, int Index, ReadOnlyMemory<float> Values, IDisposable? Lease)
{
    /// <summary>Denotes the chunk list.</summary>
    public const int ChunkListIndex = -1;
}
