using Distributed.Protocol.Messages;
using Distributed.Transport.Frames;

namespace Distributed.Transport.Messages;

/// <summary>A gradient to a parameter block. Never discarded while the connection lives.</summary>
internal readonly record struct OutgoingGradient(PushGradient Gradient, IDisposable? InUse) : IOutgoing<OutgoingGradient>
{
    public static FrameKind Kind => FrameKind.PushGradient;

    public bool IsSameAs(in OutgoingGradient other)
    {
        var (a, b) = (Gradient, other.Gradient);
        return a.Step == b.Step && a.Node == b.Node && a.Block == b.Block && a.Lineage == b.Lineage && a.Job == b.Job;
    }

    public bool IsSupersededBy(in OutgoingGradient other) => false;

    public bool WriteTo(FrameWriter writer) => writer.Write(Gradient);

    public bool TryPostTo(FrameWriter writer) => writer.TryPost(Gradient);
}
