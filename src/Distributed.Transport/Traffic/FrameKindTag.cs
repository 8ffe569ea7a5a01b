using Distributed.Transport.Frames;

namespace Distributed.Transport.Traffic;

/// <summary>Values of the instruments' tag "kind".</summary>
internal static class FrameKindTag
{
    public static string Of(FrameKind kind) => kind switch
    {
        FrameKind.PushGradient => "gradient",
        FrameKind.WeightsUpdated => "weights",
        FrameKind.DataChunk => "data",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No message has this kind."),
    };
}
