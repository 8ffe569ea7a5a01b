using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Transport.Peers;

/// <summary>
/// Receives from the data plane. Calls of one connection are sequential: connected, messages in the order sent, lost. Calls of different peers
/// are concurrent. A call must hand over and return (an actor's <c>Tell</c>): until then nothing more is read from that peer. It must not wait for
/// the transport's disposal.
/// </summary>
public interface ITensorReceiver
{
    /// <summary>
    /// A gradient has arrived, complete and with a valid checksum. The receiver disposes <see cref="PushGradient.Lease"/> when it has read the
    /// values; until then the memory counts against the bound.
    /// </summary>
    /// <returns>
    /// Null when it was taken (or dropped as outdated). Otherwise the reason to close the connection, such as an unknown job or a slice of the
    /// wrong length; the transport then disposes the lease.
    /// </returns>
    string? OnGradient(PeerId from, PushGradient gradient);

    /// <summary>Weights have arrived for a worker of this node. Lease and result as for <see cref="OnGradient"/>.</summary>
    string? OnWeights(PeerId from, WorkerId to, WeightsUpdated weights);

    /// <summary>A chunk of a data set has arrived. Lease and result as for <see cref="OnGradient"/>.</summary>
    string? OnChunk(PeerId from, DataChunk chunk);

    /// <summary>A peer is authenticated; messages can be sent to it.</summary>
    void OnPeerConnected(PeerId peer);

    /// <summary>
    /// The connection is closed: the peer's process ended, a frame was damaged, a limit was exceeded. Called at once (a killed process closes its
    /// sockets). What was queued has been dropped and its memory released; what was sent may or may not have arrived.
    /// </summary>
    void OnPeerLost(PeerId peer, string reason);
}
