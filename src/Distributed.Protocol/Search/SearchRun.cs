namespace Distributed.Protocol.Search;

/// <summary>
/// One search as a pure class: messages and time in, effects out. It journals each decision before any effect follows from it. Decisions are functions
/// of the history alone (<see cref="SearchHistory.Next"/>); how many trials run at once, when they report and what died meanwhile reach none of them.
/// </summary>
/// <param name="history">The history; an empty one waits for <see cref="OnStart"/>. It may be recovered from the journal before <see cref="Recovered"/>.</param>
/// <param name="atOnce">Trials that run side by side.</param>
/// <param name="effects">The surroundings.</param>
internal sealed class SearchRun(SearchHistory history, int atOnce, ISearchEffects effects)
{
    /// <summary>When a command that is not answered is repeated.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);

    /// <summary>When a trial is tried again that the cluster could not run.</summary>
    public static readonly TimeSpan TryAgain = TimeSpan.FromMinutes(1);

    private readonly Dictionary<int, TimeSpan> _running = []; // bounded by atOnce; when each was last asked to
    private readonly Dictionary<int, TimeSpan> _blocked = []; // when each is tried again
    private readonly Queue<TrialEnded> _reports = [];
    private readonly ClosingTrials _closing = new(history, effects);
    private SearchSpecification? _submitted;
    private bool _isPersisting;
    private bool _wantsStart;
    private bool _wantsPause;
    private bool _wantsCancel;

    /// <summary>The search as decided so far.</summary>
    public SearchHistory History => history;

    /// <summary>Whether no trial runs and none is being ended.</summary>
    private bool IsIdle => _running.Count == 0 && _closing.IsEmpty && _reports.Count == 0 && !_isPersisting;

    /// <summary>The history has been recovered from the journal: what it left open is taken up again.</summary>
    public void Recovered() => _closing.Refill();

    /// <summary>A client starts or resumes the search.</summary>
    public void OnStart(SearchSpecification specification, TimeSpan now)
    {
        (_submitted, _wantsStart, _wantsPause) = (specification, true, false);
        Reconcile(now);
    }

    /// <summary>A client requests a pause: running trials come to rest.</summary>
    public void OnPause(TimeSpan now)
    {
        (_wantsPause, _wantsStart) = (true, false);
        Reconcile(now);
    }

    /// <summary>A client requests a cancel: the search ends with its best trial so far.</summary>
    public void OnCancel(TimeSpan now)
    {
        _wantsCancel = true;
        Reconcile(now);
    }

    /// <summary>An event is durable.</summary>
    public void OnPersisted(SearchEvent searchEvent, TimeSpan now)
    {
        _isPersisting = false;
        history.Apply(searchEvent);
        if (searchEvent is RungDecided or SearchCancelRequested) _closing.Refill();
        effects.Publish(searchEvent);
        Reconcile(now);
    }

    /// <summary>A trial's job reached the rung's end, or ended. A repeated report, and one of an earlier rung, changes nothing.</summary>
    public void OnReported(TrialEnded report, TimeSpan now)
    {
        if (!IsExpected(report)) return;
        _running.Remove(report.Trial);
        _blocked.Remove(report.Trial);
        _reports.Enqueue(report);
        Reconcile(now);
    }

    /// <summary>A trial's job rests before its rung's end.</summary>
    public void OnRested(int trial, TimeSpan now)
    {
        _running.Remove(trial);
        Reconcile(now);
    }

    /// <summary>The cluster cannot run a trial, so the search waits: without it the winner would depend on the cluster.</summary>
    public void OnBlocked(int trial, string reason, TimeSpan now)
    {
        if (!_running.Remove(trial)) return;
        _blocked[trial] = now + TryAgain;
        effects.Wait(reason);
        Reconcile(now);
    }

    /// <summary>A trial's job has ended, or there was none.</summary>
    public void OnClosed(int trial, TimeSpan now)
    {
        _running.Remove(trial);
        _closing.Remove(trial);
        Reconcile(now);
    }

    /// <summary>Advances time; called every few seconds.</summary>
    public void OnTick(TimeSpan now) => Reconcile(now);

    private bool IsExpected(TrialEnded report) =>
        report.Trial < history.Trials.Count && history.Trials[report.Trial].Results.Count == report.Rung && !history.Trials[report.Trial].IsDropped &&
        _reports.All(known => known.Trial != report.Trial);

    private void Reconcile(TimeSpan now)
    {
        if (!_isPersisting && Decide() is { } decision)
        {
            _isPersisting = true;
            effects.Persist(decision);
            return; // what is decided next is clear once this is durable
        }
        _closing.Reconcile(now);
        if (history.End is not null || history.IsPaused)
        {
            foreach (var trial in _running.Keys.ToList()) effects.Rest(trial);
            if (IsIdle) effects.Rested();
        }
        else if (!_isPersisting && !history.IsCancelled)
        {
            RunTrials(now);
        }
    }

    /// <summary>Requests come first, then reports as they arrived, then what follows from the history.</summary>
    private SearchEvent? Decide()
    {
        if (history.End is not null) return null;
        if (_wantsStart && history.Specification is null && _submitted is { } search) return new SearchSubmitted(search);
        if (history.Specification is null) return null;
        if (_wantsCancel && !history.IsCancelled) return new SearchCancelRequested();
        if (_wantsStart && history.IsPaused) return new SearchPauseChanged(false);
        if (_wantsPause && !history.IsPaused) return new SearchPauseChanged(true);
        while (_reports.TryDequeue(out var report))
            if (history.Trials[report.Trial].Results.Count == report.Rung) return report;
        if (history.IsPaused && !history.IsCancelled) return null;
        return _closing.IsEmpty ? history.Next() : null;
    }

    /// <summary>In the order of their numbers, so many at once.</summary>
    private void RunTrials(TimeSpan now)
    {
        var search = history.Specification;
        if (search is null) return;
        foreach (var trial in history.Missing.Where(trial => _reports.All(report => report.Trial != trial.Number)).ToList())
        {
            if (_running.TryGetValue(trial.Number, out var asked) ? now - asked < AskAgain : _running.Count >= atOnce) continue;
            if (_blocked.TryGetValue(trial.Number, out var later) && now < later) continue;
            _running[trial.Number] = now;
            var isLast = history.Rung == search.Rungs.Count - 1;
            effects.Run(new TrialOrder(trial.Number, history.Rung, isLast ? null : search.Rungs[history.Rung], trial.Values));
        }
    }
}
