namespace Distributed.Transport.SharedMemory;

/// <summary>Counts the threads of this node that poll shared memory. While there is one, reading threads need no bell.</summary>
internal sealed class PollingThreads
{
    private int _count;

    /// <summary>Whether any thread polls.</summary>
    public bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>A thread begins to poll; true when it is the first.</summary>
    public bool Enter() => Interlocked.Increment(ref _count) == 1;

    /// <summary>A thread stops polling; true when it was the last.</summary>
    public bool Leave() => Interlocked.Decrement(ref _count) == 0;
}
