using Distributed.Transport.SharedMemory;

namespace Distributed.Transport.Channels;

/// <summary>
/// A connected two-way stream of bytes: one thread at a time receives, one sends, any may close. This is the place for TLS: a channel over another one
/// that encrypts, put round the socket's before the hand-shake; nothing above knows what lies below.
/// </summary>
/// <remarks>No exception comes out of it: a broken connection is an ordinary end with a reason.</remarks>
internal abstract class ByteChannel
{
    private string? _ended;

    /// <summary>Why the channel has ended; the first reason stays.</summary>
    public string EndReason => Volatile.Read(ref _ended) ?? "the peer closed the connection";

    /// <summary>Whether both ends are processes of one machine, as one user, that can share memory.</summary>
    public virtual bool CanShareMemory => false;

    /// <summary>The memory that both ends share for tensors; null where they share none.</summary>
    public virtual ISharedTensors? Shared => null;

    /// <summary>Waits for some bytes. Returns how many; 0 at the end, whatever it was (see <see cref="EndReason"/>).</summary>
    public abstract int Receive(Span<byte> into);

    /// <summary>Sends all bytes; false when the channel has ended.</summary>
    public abstract bool Send(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the channel: calls that wait return. Can be called from any thread and more than once.</summary>
    public void Close(string reason)
    {
        EndWith(reason);
        Shut();
    }

    /// <summary>Frees the socket; after both threads have left.</summary>
    public abstract void Free();

    /// <summary>Receives exactly so many bytes; false when the channel ended before.</summary>
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
