namespace Distributed.Transport.Connections;

/// <summary>
/// Threads that look, between one thing that they do and the next, for what peers on this machine have left in shared memory: being woken for it
/// would cost more than reading it. While any thread promises to look, those peers ring no bell.
/// </summary>
internal sealed class Polling
{
    private readonly Lock _lock = new();
    private volatile Connection[] _connections = []; // those with shared memory
    private int _threads;

    /// <summary>Whether a thread has promised to look.</summary>
    public bool IsOn => Volatile.Read(ref _threads) > 0;

    /// <summary>Whether there is anything to look at.</summary>
    public bool HasConnections => _connections.Length > 0;

    public void Add(Connection connection)
    {
        lock (_lock) _connections = [.. _connections, connection];
    }

    public void Remove(Connection connection)
    {
        lock (_lock) _connections = [.. _connections.Where(one => one != connection)];
    }

    /// <summary>The calling thread will look again before long, until it says otherwise.</summary>
    public void Begin()
    {
        if (Interlocked.Increment(ref _threads) > 1) return;
        foreach (var connection in _connections) connection.SilenceBell();
    }

    /// <summary>The calling thread looks a last time.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref _threads) > 0) return;
        // A thread that begins at this moment finds bells armed: one is rung for nothing.
        foreach (var connection in _connections) connection.ArmBell();
        Poll();
    }

    /// <summary>Receives what is there, on the calling thread; whether anything was.</summary>
    public bool Poll()
    {
        var any = false;
        foreach (var connection in _connections) any |= connection.Poll();
        return any;
    }
}
