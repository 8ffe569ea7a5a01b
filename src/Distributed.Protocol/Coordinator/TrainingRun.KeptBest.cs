namespace Distributed.Protocol.Coordinator;

/// <summary>
/// The best epoch's weights between its end and their checkpoint. Blocks copy them at the epoch's end and keep the copy in memory, so that no
/// epoch waits for the disk: a newer best replaces it unwritten, and it is stored after <see cref="CoordinatorTimes.KeepBestFor"/>, before any
/// checkpoint of a later step, and before the job rests or ends. So no committed checkpoint lies after a best epoch that is not durable: a
/// rewind leads to before the best epoch's end, which is then met again.
/// </summary>
public sealed partial class TrainingRun
{
    private CheckpointAttempt? _kept; // copied, or being copied, at the best epoch's end; not on its way into the store
    private TimeSpan? _undurableSince; // since when the best epoch of some moment is in memory alone

    private long? BestStep => _history.Best is { } best ? _plan!.BoundaryAfter(best.Epoch) : null;

    private bool KeptIsDue =>
        _kept is { } kept && (MustHold || _divergence is not null || kept.IsDurable || _now - _undurableSince >= _times.KeepBestFor);

    /// <summary>Whether all blocks have the best epoch's weights in memory, and they are not durable yet: the job neither rests nor ends before.</summary>
    private bool BestIsOnItsWay => _kept is { IsCaptured: true } || (_attempt is { IsCaptured: true } attempt && attempt.Step == BestStep);

    /// <summary>Whether a boundary where a copy is to be taken needs no more than the copy for now.</summary>
    private bool MayBeKept(long boundary) =>
        !MustHold && boundary == BestStep && _completed is { } completed && !IsWantedDurable(completed.Epoch) && _attempt?.Step != boundary;

    private void Keep(long step)
    {
        if (_kept is not null) return;
        _undurableSince ??= _now; // replaced again and again, the best of a moment still becomes durable
        _kept = NewAttempt(step);
    }

    /// <summary>The kept best goes into the store: all blocks are told.</summary>
    private CheckpointAttempt TakeKept()
    {
        var attempt = _kept!;
        attempt.AskAt = attempt.AskStoringAt = TimeSpan.Zero;
        attempt.WasKept = true;
        _kept = null;
        _undurableSince = null;
        return attempt;
    }

    private void ForgetKept()
    {
        Abandon(_kept!, isCommitted: false);
        _kept = null;
    }
}
