using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Messages;

// Between the nodes' data actors: who has which data set, and requests for chunks. The chunks themselves travel on the data plane.

/// <summary>
/// From a node that needs a data set to any other: asks whether it is complete there. Answered by <see cref="DataAvailable"/>, or not at all.
/// </summary>
internal sealed record FindData(string Sha256) : IClusterMessage;

/// <summary>From the data actor of a node that has the complete data set.</summary>
/// <param name="Sha256">The data set.</param>
/// <param name="Root">SHA-256 of the file's chunk list.</param>
/// <param name="Length">The file's length in bytes.</param>
/// <param name="Endpoint">The node's endpoint on the data plane.</param>
internal sealed record DataAvailable(string Sha256, string Root, long Length, DataEndpoint Endpoint) : IClusterMessage;

/// <summary>
/// To a node that has a data set: send a chunk, or the chunk list (<c>DataChunk.ChunkListIndex</c>). Answered by a <c>DataChunk</c> on the data
/// plane, or by <see cref="ChunkRefused"/>.
/// </summary>
internal sealed record GetChunk(string Sha256, string Root, int Index, DataEndpoint ReplyTo) : IClusterMessage;

/// <summary>From a node asked for a chunk: it is busy, or no longer has the chunk.</summary>
internal sealed record ChunkRefused(string Sha256, int Index, string Node, bool IsBusy) : IClusterMessage;

// Within a node.

/// <summary>
/// From a worker to its node's data actor: make this data set available here. Answered by <see cref="DataPresent"/> or <see cref="DataMissing"/>.
/// </summary>
internal sealed record ObtainData(JobId Job, string Sha256);

/// <summary>To a worker: the job's data set is among the node's data sets.</summary>
internal sealed record DataPresent(JobId Job);

/// <summary>To a worker: the job's data set is not available on this node.</summary>
internal sealed record DataMissing(JobId Job, string Reason);

/// <summary>From a fetch to its data actor: the data set is here (no reason), or the fetch failed.</summary>
internal sealed record FetchEnded(string Sha256, string? Reason);
