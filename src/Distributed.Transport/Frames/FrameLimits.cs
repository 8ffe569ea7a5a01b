namespace Distributed.Transport.Frames;

/// <summary>What a frame, and the tensor that it is a piece of, may be at most; beyond it the connection is closed.</summary>
/// <param name="MaximumPayloadBytes">Bytes of values in one frame. A larger tensor travels in several, one straight after the other.</param>
/// <param name="MaximumElements">Values of one tensor; memory for all of them is leased when the first piece comes.</param>
public readonly record struct FrameLimits(int MaximumPayloadBytes, int MaximumElements = FrameLimits.MostElements)
{
    /// <summary>268 million values, 1 GiB: the largest parameter block that can travel.</summary>
    public const int MostElements = 1 << 28;

    /// <summary>64 MiB in one frame: a block of 16 million parameters.</summary>
    public static FrameLimits Default { get; } = new(64 << 20);
}
