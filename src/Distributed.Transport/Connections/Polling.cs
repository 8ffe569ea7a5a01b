using Distributed.Transport.SharedMemory;

namespace Distributed.Transport.Connections;

/// <summary>
/// Lets the node's own threads poll, between one piece of work and the next, for what peers on this machine have put into shared memory: being
/// woken costs more than reading it. While any thread polls, those peers ring no bell.
/// </summary>
internal sealed class Polling
{
    private readonly Lock _lock = new();
    private volatile Connection[] _connections = []; // those with shared memory

    /// <summary>The threads that poll.</summary>
    public PollingThreads Threads { get; } = new();

    /// <summary>Whether any connection shares memory.</summary>
    public bool HasConnections => _connections.Length > 0;

    public void Add(Connection connection)
    {
        lock (_lock) _connections = [.. _connections, connection];
    }

    public void Remove(Connection connection)
    {
        lock (_lock) _connections = [.. _connections.Where(one => one != connection)];
    }

    /// <summary>The calling thread polls often from now on, until it calls <see cref="End"/>.</summary>
    public void Begin()
    {
        if (!Threads.Enter()) return;
        foreach (var connection in _connections) connection.SilenceBell();
    }

    /// <summary>The calling thread polls a last time.</summary>
    public void End()
    {
        if (!Threads.Leave()) return;
        // A thread that begins at this moment finds armed bells: the cost is one needless wake-up.
        foreach (var connection in _connections) connection.ArmBell();
        Poll();
    }

    /// <summary>Receives what is there, on the calling thread; whether there was anything.</summary>
    public bool Poll()
    {
        var any = false;
        foreach (var connection in _connections) any |= connection.Poll();
        return any;
    }
}
