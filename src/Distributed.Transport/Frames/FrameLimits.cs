namespace Distributed.Transport.Frames;

/// <summary>The limits of a frame and of the tensor that it belongs to; beyond them the connection is closed.</summary>
/// <param name="MaximumPayloadBytes">Bytes of values in one frame. A larger tensor travels in several consecutive frames.</param>
/// <param name="MaximumElements">Values of one tensor; the first frame leases memory for all of them.</param>
public readonly record struct FrameLimits(int MaximumPayloadBytes, int MaximumElements = FrameLimits.MostElements)
{
    /// <summary>268 million values, 1 GiB: the largest parameter block that can travel.</summary>
    public const int MostElements = 1 << 28;

    /// <summary>64 MiB in one frame: a block of 16 million parameters.</summary>
    public static FrameLimits Default { get; } = new(64 << 20);
}
