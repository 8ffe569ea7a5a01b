namespace Distributed.Transport.SharedMemory;

/// <summary>
/// What two processes of one machine can do beside sending each other bytes: leave a tensor in shared memory and post a small message that says
/// where. Neither side waits for the other, so any thread may do it on its way, and a thread that looks for posts needs no bell.
/// </summary>
internal interface ISharedTensors
{
    /// <summary>Slots for tensors to the peer: for whoever sends at the moment.</summary>
    OutgoingSlots Outgoing { get; }

    /// <summary>Slots with tensors of the peer: for whoever receives at the moment.</summary>
    IncomingSlots Incoming { get; }

    /// <summary>Whether nothing has come that was not received yet. From any thread.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether the next thing to be received is a post, whole. Only for whoever receives at the moment.</summary>
    bool IsPostNext { get; }

    /// <summary>
    /// Sends a few bytes at once; false when there is no room for all of them: then none were sent. The peer is woken unless one of its threads
    /// looks for posts. Only for whoever sends at the moment.
    /// </summary>
    bool TryPost(ReadOnlySpan<byte> bytes);

    /// <summary>Wakes the peer's reading thread, whoever looks for posts there: what was sent is none. Only for whoever sends at the moment.</summary>
    void CallReader();

    /// <summary>A thread of this process looks for posts from now on: the peer need not wake anybody. Only for whoever receives at the moment.</summary>
    void SilenceBell();

    /// <summary>Nobody looks any more: the peer wakes the reading thread. What came meanwhile is to be looked for once more.</summary>
    void ArmBell();

    /// <summary>Waits until something has come; false when nothing more will. The reading thread's.</summary>
    bool WaitForSomething();
}
