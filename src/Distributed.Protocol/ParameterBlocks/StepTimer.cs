namespace Distributed.Protocol.ParameterBlocks;

/// <summary>When missing nodes of the open step are requested, and when they are late: a multiple of the usual step time.</summary>
internal sealed class StepTimer(BlockTimes times)
{
    private TimeSpan? _began; // null before the first step of the lineage
    private TimeSpan _usual; // zero until a step has completed
    private TimeSpan _askAt;
    private TimeSpan _askWait;
    private TimeSpan _lateAt;

    /// <summary>How long a step's nodes may take before they are late.</summary>
    public TimeSpan LateWait => _usual == TimeSpan.Zero ? times.FirstStepLateAfter : Later(times.LateAfter, _usual * times.LateSteps);

    /// <summary>Begins a step and ends the previous one, or several.</summary>
    public void Begin(TimeSpan now, long ended = 1)
    {
        if (_began is { } began && now > began) Note((now - began) / ended);
        _began = now;
        _askWait = times.AskAfter;
        _askAt = now + Later(_askWait, _usual * 2);
        _lateAt = now + LateWait;
    }

    /// <summary>The epoch of the step is open.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isBoundary">The block was at the barrier: that wait does not count towards the step's time.</param>
    public void Reopen(TimeSpan now, bool isBoundary)
    {
        if (isBoundary) _began = now;
        _askAt = now + _askWait;
        _lateAt = now + LateWait;
    }

    /// <summary>Other workers have just been given the missing shards: they are not late yet.</summary>
    public void Defer(TimeSpan now) => _lateAt = Later(_lateAt, now + LateWait);

    /// <summary>Missing nodes are requested now.</summary>
    public void AskAtOnce(TimeSpan now) => _askAt = now;

    /// <summary>Whether to request missing nodes; the delay doubles each time, up to the bound.</summary>
    public bool IsAskDue(TimeSpan now)
    {
        if (now < _askAt) return false;
        _askWait = Sooner(_askWait * 2, times.AskAtMost);
        _askAt = now + _askWait;
        return true;
    }

    /// <summary>Whether missing nodes are late; due again after the same delay.</summary>
    public bool IsLate(TimeSpan now)
    {
        if (now < _lateAt) return false;
        _lateAt = now + LateWait;
        return true;
    }

    /// <summary>
    /// The usual step time rises at once, at most twofold, and falls slowly. A clock jump, or a machine that stalled for minutes, is not a usual step
    /// and must not make later waits as long.
    /// </summary>
    private void Note(TimeSpan took) => _usual =
        _usual == TimeSpan.Zero ? Sooner(took, times.FirstStepLateAfter / times.LateSteps)
        : took > _usual ? Sooner(took, _usual * 2)
        : _usual + (took - _usual) / 8;

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Sooner(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
