using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Transport.Messages;

/// <summary>
/// Takes the messages that a <see cref="FrameReader"/> decodes. Each method returns null when it takes the message, and with it the lease, or
/// the reason to close the connection.
/// </summary>
internal interface IIncoming
{
    /// <summary>A gradient has arrived.</summary>
    string? OnGradient(PushGradient gradient);

    /// <summary>Weights have arrived for a worker of this node.</summary>
    string? OnWeights(WorkerId to, WeightsUpdated weights);

    /// <summary>A chunk of a data set has arrived.</summary>
    string? OnChunk(DataChunk chunk);
}
