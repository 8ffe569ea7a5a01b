namespace Distributed.Dashboard.Live;

/// <summary>Lets something happen at most once in a while: the last of what is asked meanwhile comes at the end of the while. Thread-safe.</summary>
internal sealed class Pacer(TimeSpan pause, TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private Action? _next;
    private bool _isOver;

    /// <summary>Does something now, or with the end of the pause.</summary>
    public void Run(Action act)
    {
        lock (_lock)
        {
            if (_isOver) return;
            if (_timer is not null)
            {
                _next = act;
                return;
            }
            _timer = clock.CreateTimer(_ => OnPauseEnded(), null, pause, Timeout.InfiniteTimeSpan);
        }
        act();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
        }
    }

    private void OnPauseEnded()
    {
        Action? next;
        lock (_lock)
        {
            _timer?.Dispose();
            (_timer, next, _next) = (null, _next, null);
        }
        if (next is not null) Run(next);
    }
}
