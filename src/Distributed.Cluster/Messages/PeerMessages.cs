using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Messages;

// From the node's data plane to its blocks, workers and fetches of data.

/// <summary>A piece of a data set has come from a node. Its lease is disposed once it was read.</summary>
internal sealed record ChunkArrived(string Node, DataChunk Chunk);

/// <summary>Tensors can be sent to a node.</summary>
internal sealed record PeerConnected(string Node);

/// <summary>The connection with a node is closed: its process ended, or a frame was damaged.</summary>
internal sealed record PeerLost(string Node, string Reason);
