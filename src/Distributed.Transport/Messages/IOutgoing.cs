using Distributed.Transport.Frames;

namespace Distributed.Transport.Messages;

/// <summary>A message on its way to one peer. A struct, so that sending allocates nothing.</summary>
/// <typeparam name="T">The message's own type: messages are compared with their own kind only.</typeparam>
internal interface IOutgoing<T> where T : struct, IOutgoing<T>
{
    /// <summary>The kind of its frames.</summary>
    static abstract FrameKind Kind { get; }

    /// <summary>Disposed exactly once, when the values have been read for the last time.</summary>
    IDisposable? InUse { get; }

    /// <summary>Whether both carry the same content: then one of them is enough.</summary>
    bool IsSameAs(in T other);

    /// <summary>Whether this is an older version of what <paramref name="other"/> carries, and may be discarded for it.</summary>
    bool IsSupersededBy(in T other);

    /// <summary>Sends it; false when the channel has ended.</summary>
    bool WriteTo(FrameWriter writer);

    /// <summary>Sends it through shared memory without waiting; false when that is not possible, and then nothing was sent.</summary>
    bool TryPostTo(FrameWriter writer);
}

/// <summary>Sends messages in turn, one at a time.</summary>
internal interface IOutgoingSink
{
    /// <summary>Sends a gradient; false when the channel has ended.</summary>
    bool Send(in OutgoingGradient gradient);

    /// <summary>Sends weights; false when the channel has ended.</summary>
    bool Send(in OutgoingWeights weights);

    /// <summary>Sends a chunk; false when the channel has ended.</summary>
    bool Send(in OutgoingChunk chunk);
}
