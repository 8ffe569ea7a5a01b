using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Frames;

namespace Distributed.Transport.Messages;

/// <summary>A block's weights to one worker of the peer. A newer version for the same worker supersedes it.</summary>
internal readonly record struct OutgoingWeights(WorkerId To, WeightsUpdated Weights, IDisposable? InUse) : IOutgoing<OutgoingWeights>
{
    public static FrameKind Kind => FrameKind.WeightsUpdated;

    public bool IsSameAs(in OutgoingWeights other) =>
        HasTargetOf(other) && Weights.Step == other.Weights.Step && Weights.Lineage == other.Weights.Lineage;

    public bool IsSupersededBy(in OutgoingWeights other) =>
        HasTargetOf(other) && (Weights.Lineage, Weights.Step).CompareTo((other.Weights.Lineage, other.Weights.Step)) < 0;

    public bool WriteTo(FrameWriter writer) => writer.Write(To, Weights);

    public bool TryPostTo(FrameWriter writer) => writer.TryPost(To, Weights);

    private bool HasTargetOf(in OutgoingWeights other) =>
        Weights.Block == other.Weights.Block && To == other.To && Weights.Job == other.Weights.Job;
}
