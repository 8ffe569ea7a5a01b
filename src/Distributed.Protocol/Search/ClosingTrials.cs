namespace Distributed.Protocol.Search;

/// <summary>
/// Trials whose jobs are being ended: dropped by the last decided rung, or the batch's when the search is cancelled. Nothing else is decided before they
/// have ended, so after a crash the last rung tells which they are.
/// </summary>
internal sealed class ClosingTrials
{
    private readonly SearchHistory _history;
    private readonly ISearchEffects _effects;
    private readonly Dictionary<int, TimeSpan?> _trials = []; // when each was last asked to

    public ClosingTrials(SearchHistory history, ISearchEffects effects)
    {
        (_history, _effects) = (history, effects);
        Refill();
    }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _trials.Count == 0;

    /// <summary>A trial's job has ended.</summary>
    public void Remove(int trial) => _trials.Remove(trial);

    /// <summary>Finds them in the history.</summary>
    public void Refill()
    {
        if (_history.End is not null) return;
        if (_history is { Rungs: [.., var last], Specification: { } search })
        {
            var (first, count) = search.Batch(last.Batch);
            foreach (var trial in _history.Trials.Skip(first).Take(count))
                if (trial.IsDropped && trial.Results.Count == last.Rung + 1 && trial.Last!.State == TrialState.Held) _trials[trial.Number] = null;
        }
        if (!_history.IsCancelled) return;
        foreach (var trial in _history.Alive)
            if (trial.Last is null or { State: TrialState.Held }) _trials[trial.Number] = null;
    }

    /// <summary>Asks for those that have not ended, again and again.</summary>
    public void Reconcile(TimeSpan now)
    {
        foreach (var (trial, asked) in _trials.ToList())
        {
            if (now - asked < SearchRun.AskAgain) continue;
            _trials[trial] = now;
            _effects.Close(trial, _history.Trials[trial].IsDropped);
        }
    }
}
