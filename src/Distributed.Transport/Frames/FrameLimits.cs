namespace Distributed.Transport;

/// <summary>What a frame may be at most; beyond it the connection is closed.</summary>
/// <param name="MaximumPayloadBytes">Bytes of values in one frame.</param>
public readonly record struct FrameLimits(int MaximumPayloadBytes)
{
    /// <summary>64 MiB: a block of 16 million parameters.</summary>
    public static FrameLimits Default { get; } = new(64 << 20);
}
