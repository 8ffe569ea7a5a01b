using Distributed.Protocol.Search;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Search;

public class SearchHistoryTests
{
    [Fact]
    public void Ties_are_settled_by_the_trials_number_whichever_reported_first()
    {
        var kept = new List<string>();
        var hashes = new List<string>();
        foreach (var order in new[] { Enumerable.Range(0, 9), Enumerable.Range(0, 9).Reverse() })
        {
            var history = Begin(9, [2, 6]);
            foreach (var trial in order) history.Apply(new TrialEnded(trial, 0, Held(trial / 4)));
            var decided = Assert.IsType<RungDecided>(history.Next());
            kept.Add(string.Join(',', decided.Kept));
            history.Apply(decided);
            foreach (var trial in decided.Kept) history.Apply(new TrialEnded(trial, 1, Held(1) with { State = TrialState.Completed }));
            Finish(history);
            hashes.Add(history.End!.DecisionsSha256);
        }
        Assert.Equal(["0,1,2", "0,1,2"], kept);
        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void A_diverged_trial_is_the_worst_and_never_goes_on()
    {
        var history = Begin(3, [1, 3]);
        history.Apply(new TrialEnded(0, 0, new TrialResult(TrialState.Diverged, 0)));
        history.Apply(new TrialEnded(1, 0, Held(5)));
        history.Apply(new TrialEnded(2, 0, new TrialResult(TrialState.Invalid, 0)));
        Assert.Equal([1], Assert.IsType<RungDecided>(history.Next()).Kept);
    }

    [Fact]
    public void A_search_whose_trials_all_diverge_ends_without_a_winner()
    {
        var history = Begin(3, [1, 3]);
        for (var trial = 0; trial < 3; trial++) history.Apply(new TrialEnded(trial, 0, new TrialResult(TrialState.Diverged, 0)));
        Finish(history);
        Assert.Null(history.End!.Winner);
    }

    [Fact]
    public void A_trial_that_stopped_early_keeps_its_result_and_may_win()
    {
        var history = Begin(3, [2, 6]);
        history.Apply(new TrialEnded(0, 0, Held(1) with { State = TrialState.Completed }));
        history.Apply(new TrialEnded(1, 0, Held(2)));
        history.Apply(new TrialEnded(2, 0, Held(3)));
        Finish(history);
        Assert.Equal(0, history.End!.Winner);
        Assert.Equal(2, history.Trials[0].Results.Count);
    }

    [Theory]
    [InlineData(SearchStrategy.Random)]
    [InlineData(SearchStrategy.Sobol)]
    [InlineData(SearchStrategy.Tpe)]
    internal void Another_seed_proposes_other_trials(SearchStrategy strategy)
    {
        string Of(ulong seed) => string.Join('\n', Begin(9, [2], strategy, seed).Trials.Select(trial => string.Join(';', trial.Values)));
        Assert.NotEqual(Of(1), Of(2));
        Assert.Equal(Of(1), Of(1));
    }

    [Fact]
    public void The_proposals_of_the_estimator_are_these_for_ever()
    {
        var search = Specification(12, [2], SearchStrategy.Tpe, 1) with { BatchSize = 6 };
        var history = new SearchHistory();
        history.Apply(new SearchSubmitted(search));
        while (history.End is null)
        {
            if (history.Next() is { } next) history.Apply(next);
            else foreach (var trial in history.Missing.ToList()) history.Apply(new TrialEnded(trial.Number, 0, Held(trial.Number * 7 % 5) with { State = TrialState.Completed }));
        }
        Assert.StartsWith("509ec36fc7e99cbddf1813da75e83c2ff27e74d7d", history.End.DecisionsSha256, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(27, 27, 3 * 27 + 9 * 6 + 3 * 18)]
    [InlineData(10, 4, (4 + 4 + 2) * 3 + (2 + 2 + 1) * 6 + (1 + 1 + 1) * 18)]
    public void The_cost_counts_every_trials_epochs(int trials, int batch, long cost) => Assert.Equal(cost, SearchSpecification.CostOf(trials, batch, [3, 9, 27], 3));

    private static void Finish(SearchHistory history)
    {
        for (var guard = 0; history.End is null; guard++)
        {
            Assert.True(guard < 100, "the search does not end");
            if (history.Next() is { } next) history.Apply(next);
            else foreach (var trial in history.Missing.ToList()) history.Apply(new TrialEnded(trial.Number, history.Rung, Held(9) with { State = TrialState.Completed }));
        }
    }

    private static TrialResult Held(double value) => new(TrialState.Held, 2) { Value = value, BestEpoch = 1 };

    private static SearchHistory Begin(int trials, int[] rungs, SearchStrategy strategy = SearchStrategy.Sobol, ulong seed = 1)
    {
        var history = new SearchHistory();
        history.Apply(new SearchSubmitted(Specification(trials, rungs, strategy, seed)));
        while (history.Next() is TrialProposed proposed) history.Apply(proposed);
        return history;
    }

    private static SearchSpecification Specification(int trials, int[] rungs, SearchStrategy strategy, ulong seed) => new()
    {
        Data = new DataIdentity(new string('0', 64), 100, 20),
        Space =
        [
            new SearchDimension("learning-rate", DimensionKind.LogReal) { Low = 1e-4, High = 1e-1 },
            new SearchDimension("hidden", DimensionKind.Choice) { Choices = ["64", "128"] },
        ],
        Settings = new Dictionary<string, string>(),
        Strategy = strategy,
        Trials = trials,
        BatchSize = trials,
        Rungs = rungs,
        Keep = 3,
        Goal = SearchGoal.Loss,
        Seed = seed,
    };
}
