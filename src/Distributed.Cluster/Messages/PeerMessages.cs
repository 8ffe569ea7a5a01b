using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Messages;

// From the node's data plane to its blocks, workers and data fetches.

/// <summary>A chunk of a data set has arrived from a node. Dispose its lease once read.</summary>
internal sealed record ChunkArrived(string Node, DataChunk Chunk);

/// <summary>A gradient has arrived from a node. Dispose its lease once read.</summary>
internal sealed record GradientArrived(string Node, PushGradient Gradient);

/// <summary>Weights have arrived from a node. Dispose their lease once read.</summary>
internal sealed record WeightsArrived(string Node, WeightsUpdated Weights);

/// <summary>Tensors can be sent to this node.</summary>
internal sealed record PeerConnected(string Node);

/// <summary>The connection to a node is closed: its process ended, or a frame was damaged.</summary>
internal sealed record PeerLost(string Node, string Reason);
