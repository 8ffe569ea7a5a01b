using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>The threads of a node's data plane, so that a stop can wait for them. An exception ends its thread, never the process.</summary>
internal sealed class ConnectionThreads(ILogger logger)
{
    /// <summary>Stack size of one thread; there may be thousands.</summary>
    public const int StackBytes = 512 << 10;

    private readonly Lock _lock = new();
    private readonly HashSet<Thread> _threads = [];

    public void Start(string name, Action work)
    {
        var thread = new Thread(() => Run(name, work), StackBytes) { IsBackground = true, Name = name };
        lock (_lock) _threads.Add(thread);
        thread.Start();
    }

    /// <summary>Waits for all threads; returns how many had not ended at the limit.</summary>
    public int JoinAll(TimeSpan limit)
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (true)
        {
            Thread? thread;
            lock (_lock) thread = _threads.FirstOrDefault(t => t != Thread.CurrentThread);
            if (thread is null) return 0;
            var left = until - Environment.TickCount64;
            if (left <= 0 || !thread.Join(TimeSpan.FromMilliseconds(left)))
                lock (_lock) return _threads.Count;
        }
    }

    private void Run(string name, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            logger.LogCritical(e, "The thread '{Name}' has failed", name);
        }
        lock (_lock) _threads.Remove(Thread.CurrentThread);
    }
}
