namespace Distributed.Protocol.Search;

/// <summary>The order of trials, the best first. Ties are settled by the trial's number.</summary>
internal static class Ranking
{
    /// <summary>Sorts trials: those that came further first, then by the goal. Trials without a value come last.</summary>
    /// <param name="goal">What decides.</param>
    /// <param name="trials">Each with its newest result.</param>
    public static IReadOnlyList<SearchTrial> Sort(SearchGoal goal, IEnumerable<SearchTrial> trials) =>
        [.. trials.OrderBy(trial => IsWorst(goal, trial)).ThenByDescending(trial => trial.Results.Count).ThenBy(trial => Score(goal, trial.Last)).ThenBy(trial => trial.Number)];

    /// <summary>Whether a trial has no value, as one that diverged.</summary>
    public static bool IsWorst(SearchGoal goal, SearchTrial trial) => double.IsPositiveInfinity(Score(goal, trial.Last));

    /// <summary>Lower is better.</summary>
    public static double Score(SearchGoal goal, TrialResult? result) => result switch
    {
        { State: TrialState.Held or TrialState.Completed, Value: { } value } when !double.IsNaN(value) => goal is SearchGoal.Accuracy or SearchGoal.R2 ? -value : value,
        _ => double.PositiveInfinity,
    };
}
