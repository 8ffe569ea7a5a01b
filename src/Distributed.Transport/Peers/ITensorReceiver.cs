using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Transport.Peers;

/// <summary>
/// Takes what the data plane brings. For one connection the calls come one at a time and in this order: connected, frames as they were sent,
/// lost. Different peers' calls come at the same time. A call must hand over and return (an actor's <c>Tell</c>): while it runs, nothing more is
/// read from that peer. It must not wait for the transport's disposal.
/// </summary>
public interface ITensorReceiver
{
    /// <summary>
    /// A gradient has come, whole and with the right checksum. The receiver disposes <see cref="PushGradient.Lease"/> when it has read the
    /// values; until then the memory counts against the bound.
    /// </summary>
    /// <returns>
    /// Null when it was taken (or dropped as out of date). Otherwise a reason, with which the connection is closed: a job that this node has
    /// never heard of, a slice of the wrong length. The transport then disposes the lease.
    /// </returns>
    string? OnGradient(PeerId from, PushGradient gradient);

    /// <summary>Weights have come for a worker of this node. Lease and result as for <see cref="OnGradient"/>.</summary>
    string? OnWeights(PeerId from, WorkerId to, WeightsUpdated weights);

    /// <summary>A piece of a data set has come. Lease and result as for <see cref="OnGradient"/>.</summary>
    string? OnChunk(PeerId from, DataChunk chunk);

    /// <summary>A peer has proven who it is; frames can be sent to it.</summary>
    void OnPeerConnected(PeerId peer);

    /// <summary>
    /// The connection is closed: the peer's process ended, a frame was damaged, a limit was passed. Comes at once (a killed process closes its
    /// sockets). What was queued has been dropped and its memory released; what was sent may or may not have arrived.
    /// </summary>
    void OnPeerLost(PeerId peer, string reason);
}
