namespace Distributed.Transport.Channels;

/// <summary>
/// A connected two-way stream of bytes: one thread at a time receives, one sends, any thread may close. TLS belongs here, as a channel that
/// encrypts over the socket's before the hand-shake; the layers above do not see it.
/// </summary>
/// <remarks>Throws nothing: a broken connection is an ordinary end with a reason.</remarks>
internal abstract class ByteChannel
{
    private string? _ended;

    /// <summary>Why the channel has ended; the first reason stays.</summary>
    public string EndReason => Volatile.Read(ref _ended) ?? "the peer closed the connection";

    /// <summary>Whether both ends are processes of one machine that run as one user.</summary>
    public virtual bool IsWithinMachine => false;

    /// <summary>The memory that both ends share for tensors; null when they share none.</summary>
    public virtual ISharedTensors? Shared => null;

    /// <summary>Waits for some bytes. Returns how many; 0 at the end (see <see cref="EndReason"/>).</summary>
    public abstract int Receive(Span<byte> into);

    /// <summary>Sends all bytes; false when the channel has ended.</summary>
    public abstract bool Send(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the channel; waiting calls return. Any thread, any number of times.</summary>
    public void Close(string reason)
    {
        EndWith(reason);
        Shut();
    }

    /// <summary>Frees the socket, after both threads have left.</summary>
    public abstract void Free();

    /// <summary>Receives until the span is full; false when the channel ends before.</summary>
    public bool ReceiveAll(Span<byte> into)
    {
        while (into.Length > 0)
        {
            var count = Receive(into);
            if (count == 0) return false;
            into = into[count..];
        }
        return true;
    }

    protected void EndWith(string reason) => Interlocked.CompareExchange(ref _ended, reason, null);

    protected abstract void Shut();
}
