namespace Distributed.Protocol.ParameterBlocks;

/// <summary>When missing nodes of the open step are asked for, and when they are late: a multiple of what a step usually takes.</summary>
internal sealed class StepTimer(BlockTimes times)
{
    private TimeSpan? _began; // null before the first step of the lineage
    private TimeSpan _usual; // zero until a step was made
    private TimeSpan _askAt;
    private TimeSpan _askWait;
    private TimeSpan _lateAt;

    /// <summary>How long a step's nodes may take before they are late.</summary>
    public TimeSpan LateWait => _usual == TimeSpan.Zero ? times.FirstStepLateAfter : Later(times.LateAfter, _usual * times.LateSteps);

    /// <summary>A step begins; the one before ends.</summary>
    public void Begin(TimeSpan now)
    {
        if (_began is { } began && now > began) Note(now - began);
        _began = now;
        _askWait = times.AskAfter;
        _askAt = now + Later(_askWait, _usual * 2);
        _lateAt = now + LateWait;
    }

    /// <summary>The epoch of the step is open.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isBoundary">The block stood at the barrier: that wait does not count as the step's time.</param>
    public void Reopen(TimeSpan now, bool isBoundary)
    {
        if (isBoundary) _began = now;
        _askAt = now + _askWait;
        _lateAt = now + LateWait;
    }

    /// <summary>Other workers have just been given what is missing: it is not late yet.</summary>
    public void Defer(TimeSpan now) => _lateAt = Later(_lateAt, now + LateWait);

    /// <summary>Whether to ask for missing nodes; the next time is after twice as long, up to the bound.</summary>
    public bool IsAskDue(TimeSpan now)
    {
        if (now < _askAt) return false;
        _askWait = Sooner(_askWait * 2, times.AskAtMost);
        _askAt = now + _askWait;
        return true;
    }

    /// <summary>Whether missing nodes are late; the next time is after as long again.</summary>
    public bool IsLate(TimeSpan now)
    {
        if (now < _lateAt) return false;
        _lateAt = now + LateWait;
        return true;
    }

    /// <summary>
    /// What a step usually takes rises at once, at most twofold, and falls slowly. A clock that jumped, or a machine that stood still for
    /// minutes, is no usual step: later steps must not be waited for as long.
    /// </summary>
    private void Note(TimeSpan took) => _usual =
        _usual == TimeSpan.Zero ? Sooner(took, times.FirstStepLateAfter / times.LateSteps)
        : took > _usual ? Sooner(took, _usual * 2)
        : _usual + (took - _usual) / 8;

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Sooner(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
