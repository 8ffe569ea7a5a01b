namespace Distributed.Transport;

/// <summary>
/// What two processes of one machine can do beside sending each other bytes: leave a tensor in shared memory and post a small message that says
/// where. Neither side waits for the other, so any thread may do it on its way, and a thread that looks for posts needs no bell.
/// </summary>
internal sealed class SharedTensors(RingChannel channel, OutgoingSlots outgoing, IncomingSlots incoming)
{
    /// <summary>Slots for tensors to the peer: for whoever sends at the moment.</summary>
    public OutgoingSlots Outgoing => outgoing;

    /// <summary>Slots with tensors of the peer: for whoever receives at the moment.</summary>
    public IncomingSlots Incoming => incoming;

    /// <summary>Whether nothing has come that was not received yet. From any thread.</summary>
    public bool IsEmpty => channel.IsEmpty;

    /// <summary>Whether the next thing to be received is a post, whole. Only for whoever receives at the moment.</summary>
    public bool IsPostNext => channel.IsPostNext;

    /// <summary>
    /// Sends a few bytes at once; false when there is no room for all of them: then none were sent. The peer is woken unless one of its threads
    /// looks for posts. Only for whoever sends at the moment.
    /// </summary>
    public bool TryPost(ReadOnlySpan<byte> bytes) => channel.TryPost(bytes);

    /// <summary>Wakes the peer's reading thread, whoever looks for posts there: what was sent is none. Only for whoever sends at the moment.</summary>
    public void CallReader() => channel.CallReader();

    /// <summary>A thread of this process looks for posts from now on: the peer need not wake anybody. Only for whoever receives at the moment.</summary>
    public void SilenceBell() => channel.SilenceBell();

    /// <summary>Nobody looks any more: the peer wakes the reading thread. What came meanwhile is to be looked for once more.</summary>
    public void ArmBell() => channel.ArmBell();

    /// <summary>Waits until something has come; false when nothing more will. The reading thread's.</summary>
    public bool WaitForSomething() => channel.WaitForSomething();
}
