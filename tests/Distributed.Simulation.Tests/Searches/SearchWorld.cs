using Distributed.Protocol.Search;
using Distributed.Simulation.Tests.World;

namespace Distributed.Simulation.Tests.Searches;

/// <summary>
/// One search under drawn delays, duplicates, reordering, kills, restarts and pauses, on one thread. Everything follows from the seed; the search itself
/// follows from its specification, so that many schedules can be compared.
/// </summary>
internal sealed class SearchWorld
{
    private static readonly TimeSpan Deadline = TimeSpan.FromHours(10);

    private readonly VirtualTime _time = new();
    private readonly Random _chance;
    private readonly SearchSpecification _search;
    private readonly SearchMistake _mistake;
    private readonly SimulatedTrials _trials;
    private readonly List<SearchEvent> _disk = [];
    private readonly int _atOnce;
    private SearchSeat? _seat;
    private readonly int _kills;

    public SearchWorld(SearchSpecification search, int seed, SearchMistake mistake = SearchMistake.None)
    {
        _chance = new Random(seed);
        (_search, _mistake) = (search, mistake);
        _atOnce = 1 + _chance.Next(6);
        _trials = new SimulatedTrials(_time, _chance, search.Rungs[^1]);
        if (seed == 0) return; // the fault-free run
        _kills = _chance.Next(6);
    }

    /// <summary>Runs it to its end.</summary>
    public SearchHistory Run()
    {
        Start();
        for (var kill = _kills; kill > 0; kill--) _time.After(TimeSpan.FromMilliseconds(_chance.Next(60_000)), Break);
        while (!_disk.Exists(written => written is SearchEnded))
            if (!_time.Step(Deadline)) throw new SimulationFailure("the search does not end");
        var history = new SearchHistory();
        foreach (var written in _disk) history.Apply(written);
        return history;
    }

    private void Start()
    {
        var seat = _seat = new SearchSeat(this);
        foreach (var written in _disk) seat.History.Apply(written);
        seat.Begin();
        Tick(seat);
        if (_kills > 0 && _chance.Next(3) == 0) // a pause, and its end
        {
            _time.After(TimeSpan.FromMilliseconds(_chance.Next(20_000)), () => seat.Hear(run => run.OnPause(_time.Now)));
            _time.After(TimeSpan.FromMilliseconds(20_000 + _chance.Next(20_000)), () => seat.Hear(run => run.OnStart(_search, _time.Now)));
        }
    }

    private void Tick(SearchSeat seat) => _time.After(TimeSpan.FromSeconds(5), () =>
    {
        if (seat != _seat) return;
        seat.Hear(run => run.OnTick(_time.Now));
        Tick(seat);
    });

    /// <summary>A worker or the coordinator's node dies.</summary>
    private void Break()
    {
        _trials.LoseWork();
        if (_seat is null || _chance.Next(3) == 0) return;
        _seat.Die();
        _seat = null;
        _time.After(TimeSpan.FromMilliseconds(_chance.Next(5_000)), Start);
    }

    /// <summary>The node of a search's coordinator: its memory dies with it, and what it was writing may be durable or not.</summary>
    private sealed class SearchSeat : ISearchEffects
    {
        private readonly SearchWorld _world;
        private SearchRun? _run;
        private SearchEvent? _writing;

        public SearchSeat(SearchWorld world)
        {
            _world = world;
            History = world._mistake == SearchMistake.None ? new SearchHistory() : new MistakenHistory(world._mistake);
        }

        public SearchHistory History { get; }

        public void Begin()
        {
            _run = new SearchRun(History, _world._atOnce, this);
            Hear(run => run.OnStart(_world._search, _world._time.Now));
        }

        public void Hear(Action<SearchRun> hear)
        {
            if (_run is { } run) hear(run);
        }

        public void Die()
        {
            _run = null;
            if (_writing is { } written && _world._chance.Next(2) == 0) _world._disk.Add(written);
            _writing = null;
        }

        public void Persist(SearchEvent searchEvent)
        {
            if (_writing is not null) throw new SimulationFailure("two events are written at once");
            _writing = searchEvent;
            var delay = TimeSpan.FromMilliseconds(_world._chance.Next(30));
            if (_world._mistake == SearchMistake.ActBeforeTheJournal)
            {
                _writing = null;
                _world._time.After(TimeSpan.Zero, () => Hear(run => run.OnPersisted(searchEvent, _world._time.Now)));
                _world._time.After(delay * 20, () =>
                {
                    if (_run is not null) _world._disk.Add(searchEvent);
                });
                return;
            }
            _world._time.After(delay, () =>
            {
                if (_run is null) return;
                _writing = null;
                _world._disk.Add(searchEvent);
                Hear(run => run.OnPersisted(searchEvent, _world._time.Now));
            });
        }

        public void Run(TrialOrder order) => Send(() => _world._trials.Run(order, Answer));

        public void Rest(int trial) => Send(() => _world._trials.Rest(trial, Answer));

        public void Close(int trial, bool isDropped) => Send(() => _world._trials.Close(trial, Answer));

        public void Publish(SearchEvent searchEvent) { }

        public void Wait(string reason) { }

        public void Rested() { }

        /// <summary>A message may be lost or come twice.</summary>
        private void Send(Action deliver)
        {
            if (_world._kills > 0 && _world._chance.Next(20) == 0) return;
            for (var copies = _world._chance.Next(10) == 0 ? 2 : 1; copies > 0; copies--)
                _world._time.After(TimeSpan.FromMilliseconds(_world._chance.Next(200)), deliver);
        }

        private void Answer(object message) => Send(() => Hear(run =>
        {
            var now = _world._time.Now;
            switch (message)
            {
                case Blocked blocked when _world._mistake == SearchMistake.CountABlockedTrialAsWorst:
                    run.OnReported(new TrialEnded(blocked.Trial, run.History.Rung, new TrialResult(TrialState.Diverged, 0)), now);
                    break;
                case TrialEnded report when _world._mistake == SearchMistake.CountALateReport:
                    run.OnReported(report with { Rung = run.History.Rung }, now);
                    break;
                case TrialEnded report: run.OnReported(report, now); break;
                case Rested rested: run.OnRested(rested.Trial, now); break;
                case Closed closed: run.OnClosed(closed.Trial, now); break;
                case Blocked blocked: run.OnBlocked(blocked.Trial, "no room", now); break;
            }
        }));
    }
}
