namespace Distributed.Protocol.Workers;

/// <summary>Waits of a <see cref="WorkLedger"/>.</summary>
public sealed record WorkerTimes
{
    /// <summary>Missing weights are asked for after this long without any, then after twice as long, and so on up to <see cref="AskAtMost"/>.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two such questions.</summary>
    public TimeSpan AskAtMost { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>When a worker asks for missing weights: after a wait that doubles up to a bound while none come.</summary>
internal sealed class AskTimer(WorkerTimes times)
{
    private TimeSpan _at;
    private TimeSpan _wait = times.AskAfter;

    /// <summary>Whether the wait has reached its bound.</summary>
    public bool IsLongest => _wait == times.AskAtMost;

    /// <summary>Whether it is time to ask.</summary>
    public bool IsDue(TimeSpan now) => now >= _at;

    /// <summary>It is time from now on.</summary>
    public void AskFrom(TimeSpan now) => _at = now;

    /// <summary>Weights came: the next question is after the shortest wait.</summary>
    public void Restart(TimeSpan now)
    {
        _wait = times.AskAfter;
        _at = now + _wait;
    }

    /// <summary>Waits are short again.</summary>
    public void Reset() => _wait = times.AskAfter;

    /// <summary>Weights were asked for: the next question is after this wait, the one after that later.</summary>
    public void NoteAsked(TimeSpan now)
    {
        _at = now + _wait;
        _wait = _wait * 2 < times.AskAtMost ? _wait * 2 : times.AskAtMost;
    }
}
