namespace Distributed.Protocol.Search;

/// <summary>A search as decided so far: its journal's events, applied one after the other. It knows the next decision, which is a pure function of it.</summary>
internal class SearchHistory
{
    private readonly List<SearchTrial> _trials = [];
    private readonly List<RungDecided> _rungs = [];

    /// <summary>The search; null before it was submitted.</summary>
    public SearchSpecification? Specification { get; private set; }

    /// <summary>The proposed trials, by number.</summary>
    public IReadOnlyList<SearchTrial> Trials => _trials;

    /// <summary>The decided rungs, in order.</summary>
    public IReadOnlyList<RungDecided> Rungs => _rungs;

    /// <summary>The batch whose trials are proposed or run.</summary>
    public int Batch { get; private set; }

    /// <summary>The rung that its trials run to.</summary>
    public int Rung { get; private set; }

    /// <summary>Whether a pause is in force or requested.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether a cancel is requested.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>How it ended; null while it has not.</summary>
    public SearchEnded? End { get; private set; }

    /// <summary>The trials of the batch that no rung decided against.</summary>
    public IEnumerable<SearchTrial> Alive => Specification is null ? [] : OfBatch(Batch).Where(trial => !trial.IsDropped);

    /// <summary>The trials that have no result at the current rung yet.</summary>
    public IEnumerable<SearchTrial> Missing => Alive.Where(trial => trial.Results.Count <= Rung);

    /// <summary>The best trial so far: the first of the ranking that has a value; null without one.</summary>
    public SearchTrial? Best =>
        Specification is { } search && Ranking.Sort(search.Goal, _trials) is [var best, ..] && !Ranking.IsWorst(search.Goal, best) ? best : null;

    /// <summary>Takes the next event of the journal.</summary>
    public virtual void Apply(SearchEvent searchEvent)
    {
        switch (searchEvent)
        {
            case SearchSubmitted submitted:
                Specification = submitted.Specification;
                break;
            case TrialProposed proposed when proposed.Trial == _trials.Count:
                _trials.Add(new SearchTrial(proposed.Trial, proposed.Values));
                break;
            case TrialEnded ended when _trials[ended.Trial].Results.Count == ended.Rung:
                _trials[ended.Trial].Add(ended.Result);
                break;
            case RungDecided decided when decided.Batch == Batch && decided.Rung == Rung:
                Take(decided);
                break;
            case SearchPauseChanged changed:
                IsPaused = changed.Paused;
                break;
            case SearchCancelRequested:
                IsCancelled = true;
                break;
            case SearchEnded ended:
                End = ended;
                break;
        }
    }

    /// <summary>The next decision; null while trials are missing, and after the end.</summary>
    public virtual SearchEvent? Next()
    {
        if (Specification is not { } search || End is not null) return null;
        if (IsCancelled) return new SearchEnded(SearchOutcome.Cancelled, Best?.Number, DecisionsHash.Of(this));
        if (Batch == search.Batches) return new SearchEnded(SearchOutcome.Completed, Best?.Number, DecisionsHash.Of(this));
        var (first, count) = search.Batch(Batch);
        if (_trials.Count < first + count) return Propose(search, first);
        // A trial that is over has the same result at every later rung.
        if (Missing.FirstOrDefault(trial => trial.Last is { State: not TrialState.Held }) is { } over) return new TrialEnded(over.Number, Rung, over.Last!);
        return Missing.Any() ? null : Decide(search, Ranking.Sort(search.Goal, Alive));
    }

    protected TrialProposed Propose(SearchSpecification search, int first)
    {
        var ranked = Ranking.Sort(search.Goal, _trials.Take(first)).Select(trial => trial.Values);
        return new TrialProposed(_trials.Count, Proposals.Propose(search, _trials.Count, [.. ranked], [.. _trials.Skip(first).Select(trial => trial.Values)]));
    }

    /// <summary>Successive halving: the best of the rung go on, at least one, and no trial that has no value.</summary>
    protected RungDecided Decide(SearchSpecification search, IReadOnlyList<SearchTrial> alive)
    {
        if (Rung == search.Rungs.Count - 1) return new RungDecided(Batch, Rung, []);
        var kept = alive.Take(SearchSpecification.KeptOf(alive.Count, search.Keep)).Where(trial => !Ranking.IsWorst(search.Goal, trial));
        return new RungDecided(Batch, Rung, [.. kept.Select(trial => trial.Number).Order()]);
    }

    private void Take(RungDecided decided)
    {
        _rungs.Add(decided);
        var isLast = decided.Kept.Count == 0; // of the batch: also when every trial has diverged
        foreach (var trial in Alive.Where(trial => !decided.Kept.Contains(trial.Number) && decided.Rung < Specification!.Rungs.Count - 1).ToList()) trial.Drop();
        (Batch, Rung) = isLast ? (Batch + 1, 0) : (Batch, Rung + 1);
    }

    private IEnumerable<SearchTrial> OfBatch(int batch)
    {
        if (batch >= Specification!.Batches) return [];
        var (first, count) = Specification.Batch(batch);
        return _trials.Skip(first).Take(count);
    }
}
