namespace Distributed.Transport.Tests;

/// <summary>Counts how often it was disposed.</summary>
internal sealed class CountedLease : IDisposable
{
    private int _disposals;

    public int Disposals => Volatile.Read(ref _disposals);

    public void Dispose() => Interlocked.Increment(ref _disposals);
}
