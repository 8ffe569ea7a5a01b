using Akka.Actor;
using Akka.Pattern;
using Akka.Persistence;
using Distributed.Cluster.Stores;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Search;

namespace Distributed.Cluster.Searches;

/// <summary>The shell around one <see cref="SearchRun"/>: it recovers the journal, translates messages into calls to the rule, and executes its effects.</summary>
internal sealed class SearchActor : ReceivePersistentActor, IWithTimers, ISearchEffects
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(5);

    private readonly ITrialRunner _trials;
    private readonly ISearchWatcher _watcher;
    private readonly StoreOutage _outage;
    private readonly SearchRun _run;

    public SearchActor(JobId search, int atOnce, ITrialRunner trials, ISearchWatcher watcher, StoreOutage outage)
    {
        (_trials, _watcher, _outage) = (trials, watcher, outage);
        PersistenceId = JobJournal.IdOfSearch(search);
        _run = new SearchRun(new SearchHistory(), atOnce, this);
        Recover<SearchEvent>(_run.History.Apply);
        Recover<RecoveryCompleted>(_ => OnRecovered());

        // from clients
        Command<StartSearch>(message => _run.OnStart(message.Specification, Now));
        Command<PauseSearch>(_ => _run.OnPause(Now));
        Command<CancelSearch>(_ => _run.OnCancel(Now));

        // from trials
        Command<TrialReported>(message => _run.OnReported(message.Report, Now));
        Command<TrialRested>(message => _run.OnRested(message.Trial, Now));
        Command<TrialBlocked>(message => _run.OnBlocked(message.Trial, message.Reason, Now));
        Command<TrialClosed>(message => _run.OnClosed(message.Trial, Now));

        Command<Tick>(_ => _run.OnTick(Now));
    }

    /// <summary>Props that restart the search with back-off whenever its store rejects a write; it goes on from its journal.</summary>
    public static Props LastingProps(JobId search, int atOnce, ITrialRunner trials, ISearchWatcher watcher, StoreOutage outage) =>
        BackoffSupervisor.Props(Backoff.OnStop(
            Akka.Actor.Props.Create(() => new SearchActor(search, atOnce, trials, watcher, outage)), "search", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5),
            randomFactor: 0.2, maxNrOfRetries: -1));

    public override string PersistenceId { get; }

    /// <inheritdoc/>
    public override Recovery Recovery => JobJournal.WithoutSnapshots;

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    void ISearchEffects.Persist(SearchEvent searchEvent) => Persist(searchEvent, written =>
    {
        _outage.Worked(PersistenceId);
        _run.OnPersisted(written, Now);
    });

    void ISearchEffects.Run(TrialOrder order) =>
        _trials.RunAsync(order).PipeTo(Self, failure: e => new TrialBlocked(order.Trial, e.Message));

    void ISearchEffects.Rest(int trial) => _trials.Rest(trial);

    void ISearchEffects.Close(int trial, bool isDropped) =>
        _trials.CloseAsync(trial, isDropped).PipeTo(Self, success: () => new TrialClosed(trial), failure: _ => Tick.Instance); // it is asked for again

    void ISearchEffects.Publish(SearchEvent searchEvent) => _watcher.Decided(searchEvent);

    void ISearchEffects.Wait(string reason) => _watcher.Waits(reason);

    void ISearchEffects.Rested() => _watcher.Rested();

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _outage.Failed(JobJournal.ReadingOf(PersistenceId), reason);
        base.OnRecoveryFailure(reason, message);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _outage.Failed(PersistenceId, cause);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    private void OnRecovered()
    {
        _outage.Worked(JobJournal.ReadingOf(PersistenceId));
        _run.Recovered();
        Timers.StartPeriodicTimer("tick", Tick.Instance, TimeSpan.Zero, TickInterval);
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}

/// <summary>From a client: run this search; a known one resumes.</summary>
internal sealed record StartSearch(SearchSpecification Specification);

/// <summary>From a client: have all trials rest.</summary>
internal sealed record PauseSearch;

/// <summary>From a client: end with the best trial so far.</summary>
internal sealed record CancelSearch;

/// <summary>Is told what a search decides. Called by the search's actor; must not block.</summary>
internal interface ISearchWatcher
{
    /// <summary>An event is durable.</summary>
    void Decided(SearchEvent searchEvent);

    /// <summary>Why the search waits.</summary>
    void Waits(string reason);

    /// <summary>Nothing runs any more: it is paused or has ended. May be repeated.</summary>
    void Rested();
}
