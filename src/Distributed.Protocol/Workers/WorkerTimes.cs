namespace Distributed.Protocol.Workers;

/// <summary>Waits of a <see cref="WorkLedger"/>.</summary>
internal sealed record WorkerTimes
{
    /// <summary>Delay before missing weights are requested; doubles each time up to <see cref="AskAtMost"/>.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest delay between two such requests.</summary>
    public TimeSpan AskAtMost { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>When a worker requests missing weights: the wait doubles up to a bound while none arrive.</summary>
internal sealed class AskTimer(WorkerTimes times)
{
    private TimeSpan _at;
    private TimeSpan _wait = times.AskAfter;

    /// <summary>Whether the wait has reached its bound.</summary>
    public bool IsLongest => _wait == times.AskAtMost;

    /// <summary>Whether it is time to ask.</summary>
    public bool IsDue(TimeSpan now) => now >= _at;

    /// <summary>Makes a request due now.</summary>
    public void AskFrom(TimeSpan now) => _at = now;

    /// <summary>Weights arrived: the next request is after the shortest wait.</summary>
    public void Restart(TimeSpan now)
    {
        _wait = times.AskAfter;
        _at = now + _wait;
    }

    /// <summary>Resets the wait to its shortest.</summary>
    public void Reset() => _wait = times.AskAfter;

    /// <summary>Weights were requested: the next request is after this wait, and later ones after longer waits.</summary>
    public void NoteAsked(TimeSpan now)
    {
        _at = now + _wait;
        _wait = _wait * 2 < times.AskAtMost ? _wait * 2 : times.AskAtMost;
    }
}
