using Distributed.Node.Problems;

namespace Distributed.Node.Budgets;

/// <summary>
/// The memory of all request bodies that are held as a whole. A request takes its share before its body is read, and gives it back when it ends, also
/// because its client left.
/// </summary>
internal sealed class RequestMemory(long most)
{
    private long _taken;

    /// <summary>Bytes that requests hold now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes a share until disposed.</summary>
    /// <exception cref="ApiException">Too much is taken already: 503, to come again.</exception>
    public IDisposable Take(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most || bytes == Taken) return new Share(this, bytes); // one alone always has room
        Interlocked.Add(ref _taken, -bytes);
        throw ApiException.Unavailable("the bodies of other requests take all memory that there is for them");
    }

    private sealed class Share(RequestMemory memory, long bytes) : IDisposable
    {
        private int _isBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isBack, 1) == 0) Interlocked.Add(ref memory._taken, -bytes);
        }
    }
}
