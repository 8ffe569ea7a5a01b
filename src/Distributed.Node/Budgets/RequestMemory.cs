using Distributed.Node.Problems;

namespace Distributed.Node.Budgets;

/// <summary>
/// The memory of all requests: bodies that are held as a whole, and what is made of them. A request takes a share before its body is read, more
/// while a table or rows grow from it, and gives all of it back when it ends, also because its client left.
/// </summary>
internal sealed class RequestMemory(long most)
{
    private long _taken;

    /// <summary>Bytes that requests hold now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes a share for a body until disposed.</summary>
    /// <exception cref="ApiException">Too much is taken already: 503, to come again.</exception>
    public MemoryShare Take(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most || bytes == Taken) return new MemoryShare(this, bytes); // one alone always has room
        Interlocked.Add(ref _taken, -bytes);
        throw ApiException.Unavailable("the bodies of other requests take all memory that there is for them");
    }

    /// <summary>Takes more for what a request makes of its body.</summary>
    /// <exception cref="ApiException">503 when others hold the memory, 413 when the request alone would take more than there is.</exception>
    private void Grow(MemoryShare share, long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most) return;
        Interlocked.Add(ref _taken, -bytes);
        throw share.Bytes + bytes > most
            ? ApiException.TooLarge($"unpacked and read this takes more than the {most >> 20:#,0} MiB of memory that a request may take here: send a sample of it, or fewer rows at once")
            : ApiException.Unavailable("other requests take the memory that this one needs");
    }

    /// <summary>What one request holds.</summary>
    public sealed class MemoryShare : IDisposable
    {
        private readonly RequestMemory _memory;
        private long _bytes;

        internal MemoryShare(RequestMemory memory, long bytes) => (_memory, _bytes) = (memory, bytes);

        /// <summary>Bytes that it holds.</summary>
        public long Bytes => Interlocked.Read(ref _bytes);

        /// <inheritdoc cref="RequestMemory.Grow"/>
        public void Grow(long bytes)
        {
            _memory.Grow(this, bytes);
            Interlocked.Add(ref _bytes, bytes);
        }

        public void Dispose() => Interlocked.Add(ref _memory._taken, -Interlocked.Exchange(ref _bytes, 0));
    }
}
