using Distributed.Protocol.Nodes;

namespace Distributed.Cluster.Messages;

/// <summary>From a gateway: how are you? Answered by <see cref="NodeLoadReply"/>.</summary>
internal sealed record GetNodeLoad : IClusterMessage;

/// <summary>From a node: how it is.</summary>
internal sealed record NodeLoadReply(NodeLoad Load) : IClusterMessage;
