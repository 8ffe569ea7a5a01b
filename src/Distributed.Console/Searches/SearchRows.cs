using Distributed.Console.Output;
using Distributed.Jobs.Results;
using Distributed.Protocol.Search;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Searches;

/// <summary>A stored search as one line of a list of jobs: trials stand where epochs do.</summary>
internal static class SearchRows
{
    /// <summary>As a row.</summary>
    public static JobRow Of(SearchRecord search)
    {
        var best = search.History.Best;
        return new JobRow(
            search.Id.Value, State(search), Done(search), search.Specification.Trials, best is null ? null : Metrics(search.Specification.Goal, best.Last!.Value!.Value),
            best?.Last?.WeightsSha256, search.SubmittedAt, $"a search of {search.Specification.Trials} trials{(best is null ? "" : $"; trial {best.Number + 1} is the best")}: dtrain jobs {search.Id}");
    }

    /// <summary>As JSON.</summary>
    public static SearchJson Line(SearchRecord search) => new(
        search.Id.Value, State(search), search.Source.Source, search.Specification.Trials, Done(search), search.History.Best?.Number + 1,
        JsonLines.Finite(search.History.Best?.Last?.Value), search.History.End?.DecisionsSha256, search.History.Best?.Last?.WeightsSha256, search.SubmittedAt);

    private static int Done(SearchRecord search) => search.History.Trials.Count(trial => trial.IsDropped || trial.Last is { State: not TrialState.Held });

    private static string State(SearchRecord search) => search.History.End switch
    {
        null => "unfinished",
        { Outcome: SearchOutcome.Cancelled } => "cancelled",
        _ => "completed",
    };

    private static EpochMetrics Metrics(SearchGoal goal, double value) => new()
    {
        TrainLoss = goal == SearchGoal.Loss ? value : double.NaN,
        ValidationAccuracy = goal == SearchGoal.Accuracy ? value : null,
        ValidationR2 = goal == SearchGoal.R2 ? value : null,
    };
}
