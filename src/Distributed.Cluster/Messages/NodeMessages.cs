using Distributed.Protocol.Nodes;

namespace Distributed.Cluster.Messages;

/// <summary>From a gateway: requests the node's load. Answered by <see cref="NodeLoadReply"/>.</summary>
internal sealed record GetNodeLoad : IClusterMessage;

/// <summary>From a node: its load.</summary>
internal sealed record NodeLoadReply(NodeLoad Load) : IClusterMessage;
