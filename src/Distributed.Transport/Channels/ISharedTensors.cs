using Distributed.Transport.Frames;

namespace Distributed.Transport.Channels;

/// <summary>
/// Shared memory beside a byte channel, for two processes of one machine: one side puts a tensor into a slot and posts a small message that
/// names the slot. Neither side waits for the other, so any thread may send or receive in passing, and a thread that polls needs no bell.
/// </summary>
/// <remarks>One sender and one receiver at a time; the members say which of the two may call them.</remarks>
internal interface ISharedTensors
{
    /// <summary>Whether everything that has arrived was received. Any thread.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether the next item to receive is a complete post. Receiver only.</summary>
    bool IsPostNext { get; }

    /// <summary>Copies values into a free slot and returns its place; false when no slot is free and none can be created. Sender only.</summary>
    bool TryPut(ReadOnlySpan<float> values, out SlotFrame place);

    /// <summary>Frees a slot whose place was not posted. Sender only.</summary>
    void TakeBack(in SlotFrame place);

    /// <summary>
    /// Sends a few bytes without waiting; false when there is no room for all of them, and then none were sent. Wakes the peer unless one of its
    /// threads polls. Sender only.
    /// </summary>
    bool TryPost(ReadOnlySpan<byte> bytes);

    /// <summary>Wakes the peer's reading thread even while other threads poll: the bytes sent are a stream, not a post. Sender only.</summary>
    void CallReader();

    /// <summary>Finds a tensor of the peer. Null when it is there, otherwise the reason. Receiver only.</summary>
    /// <param name="place">The slot that the peer names.</param>
    /// <param name="elements">Number of values.</param>
    /// <param name="values">The values, valid until the lease is disposed.</param>
    /// <param name="lease">Frees the slot, once.</param>
    string? TryTake(in SlotFrame place, int elements, out Memory<float> values, out IDisposable? lease);

    /// <summary>Tells the peer that a thread of this process polls and needs no bell. Receiver only.</summary>
    void SilenceBell();

    /// <summary>Tells the peer to ring again. The caller polls once more for what arrived meanwhile.</summary>
    void ArmBell();

    /// <summary>Waits until something arrives; false at the end of the channel. Reading thread only.</summary>
    bool WaitForSomething();
}
