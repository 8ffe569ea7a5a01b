namespace Distributed.Cluster;

// From the node's data plane to its blocks and workers.

/// <summary>Tensors can be sent to a node.</summary>
internal sealed record PeerConnected(string Node);

/// <summary>The connection with a node is closed: its process ended, or a frame was damaged.</summary>
internal sealed record PeerLost(string Node, string Reason);
