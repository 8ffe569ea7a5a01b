namespace Distributed.Cluster.Messages;

/// <summary>A node's endpoint on the tensor data plane.</summary>
/// <param name="Node">The node's name on the plane, unique in the cluster. Equal names mean the same process: tensors pass by reference.</param>
/// <param name="Addresses">The listen addresses, best first; empty for a node without sockets.</param>
public sealed record DataEndpoint(string Node, IReadOnlyList<string> Addresses);
