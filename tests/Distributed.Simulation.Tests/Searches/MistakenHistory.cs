using Distributed.Protocol.Search;

namespace Distributed.Simulation.Tests.Searches;

/// <summary>A history that decides wrongly.</summary>
internal sealed class MistakenHistory(SearchMistake mistake) : SearchHistory
{
    private readonly List<int> _arrivals = [];

    public override void Apply(SearchEvent searchEvent)
    {
        if (searchEvent is TrialEnded ended)
        {
            _arrivals.Remove(ended.Trial);
            _arrivals.Add(ended.Trial);
        }
        base.Apply(searchEvent);
    }

    public override SearchEvent? Next()
    {
        if (Specification is not { } search || End is not null || IsCancelled || Batch == search.Batches) return base.Next();
        var (first, count) = search.Batch(Batch);
        if (Trials.Count < first + count) return base.Next();
        var missing = Missing.Count();
        var isDue = mistake switch
        {
            SearchMistake.DecideBeforeTheLastTrial => missing <= Alive.Count() / 2,
            SearchMistake.SettleTiesByArrival => missing == 0,
            _ => false,
        };
        if (isDue)
        {
            var alive = mistake == SearchMistake.SettleTiesByArrival
                ? Alive.OrderBy(trial => Ranking.Score(search.Goal, trial.Last)).ThenBy(trial => _arrivals.IndexOf(trial.Number))
                : Alive.Where(trial => trial.Results.Count > Rung).OrderBy(trial => Ranking.Score(search.Goal, trial.Last)).ThenBy(trial => trial.Number);
            return Decide(search, [.. alive]);
        }
        if (mistake == SearchMistake.ProposeFromWhatIsThere && missing <= 1 && Batch + 1 < search.Batches && Trials.Count < first + count + search.BatchSize && Trials.Count < search.Trials)
            return Propose(search, Trials.Count);
        return base.Next();
    }
}
