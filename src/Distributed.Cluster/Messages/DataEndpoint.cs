namespace Distributed.Cluster.Messages;

/// <summary>A node's place on the tensor data plane.</summary>
/// <param name="Node">The node's name there, unique in the cluster; equal names mean: the same process, tensors go by reference.</param>
/// <param name="Addresses">Where it listens, best first; empty for a node without sockets.</param>
public sealed record DataEndpoint(string Node, IReadOnlyList<string> Addresses);
