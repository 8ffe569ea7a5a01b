namespace Distributed.Transport.Peers;

/// <summary>
/// A peer and where it listens. Addresses are tried in order, so a socket file stands before a TCP address: on another host there is no such
/// file, and in another container one that belongs to somebody else is found out by the name in the hand-shake.
/// </summary>
/// <param name="Peer">Who must answer there.</param>
/// <param name="Addresses">Where, best first; at least one.</param>
public sealed record TensorEndpoint(PeerId Peer, IReadOnlyList<TensorAddress> Addresses)
{
    /// <summary>A peer with one address.</summary>
    public TensorEndpoint(PeerId peer, TensorAddress address) : this(peer, [address])
    {
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Peer} at {string.Join(", ", Addresses)}";
}
