namespace Distributed.Transport.Peers;

/// <summary>
/// A peer and its addresses, tried in order. List a socket file before a TCP address: on another host it does not exist, and in another
/// container, where it may belong to another node, the hand-shake detects the wrong name.
/// </summary>
/// <param name="Peer">The peer that must answer.</param>
/// <param name="Addresses">The addresses, best first; at least one.</param>
public sealed record TensorEndpoint(PeerId Peer, IReadOnlyList<TensorAddress> Addresses)
{
    /// <summary>A peer with one address.</summary>
    public TensorEndpoint(PeerId peer, TensorAddress address) : this(peer, [address])
    {
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Peer} at {string.Join(", ", Addresses)}";
}
