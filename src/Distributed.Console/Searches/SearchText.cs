using System.Globalization;
using Distributed.Console.Terminals;
using Distributed.Jobs.Searches;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Console.Searches;

/// <summary>A search in words, the same for every output.</summary>
internal static class SearchText
{
    private const int MostNamed = 12;

    /// <summary>The heading of a run, two lines.</summary>
    public static IEnumerable<StyledLine> Heading(SearchView view)
    {
        var search = view.Search.Specification;
        yield return new StyledLine().Add(view.Search.Id.Value, Tone.Strong).Add(
            $"  {view.Search.Data.Name}: {Numbers.Of(search.Data.TrainingSamples, "sample")}"
            + (search.Data.ValidationSamples > 0 ? $" and {Numbers.Count(search.Data.ValidationSamples)} for validation" : ""));
        var rungs = search.Rungs.Count == 1
            ? Numbers.Of(search.Rungs[0], "epoch") + " each"
            : $"rungs of {string.Join(", ", search.Rungs)} epochs, one in {search.Keep} goes on";
        yield return StyledLine.Of(
            $"{Numbers.Of(search.Trials, "trial")} by {Choices.NameOf(SearchSettings.Strategies, search.Strategy)}, {rungs}, {view.Search.AtOnce} at once, seed {search.Seed}", Tone.Faint);
    }

    /// <summary>The heading over <see cref="Of(SearchView, SearchTrial)"/>.</summary>
    public static StyledLine Columns(SearchView view) => StyledLine.Of(
        "trial".PadLeft(7) + "rung".PadLeft(6) + "epochs".PadLeft(8) + view.Goal.PadLeft(11) + "  " + "state".PadRight(11)
        + string.Concat(view.Search.Specification.Space.Select(dimension => dimension.Name.PadRight(Width(dimension)))), Tone.Faint);

    /// <summary>A trial in columns.</summary>
    public static StyledLine Of(SearchView view, SearchTrial trial)
    {
        var isBest = view.History.Best == trial;
        var line = new StyledLine()
            .Add((trial.Number + 1).ToString(CultureInfo.InvariantCulture).PadLeft(7), Tone.Strong)
            .Add(Math.Max(1, trial.Results.Count).ToString(CultureInfo.InvariantCulture).PadLeft(6))
            .Add(view.EpochOf(trial).ToString(CultureInfo.InvariantCulture).PadLeft(8))
            .Add(Value(view, trial.Last?.Value).PadLeft(11), isBest ? Tone.Good : Tone.Strong)
            .Add("  " + SearchView.StateOf(trial).PadRight(11), trial.Last?.State is TrialState.Diverged or TrialState.Invalid ? Tone.Bad : Tone.Normal);
        for (var d = 0; d < trial.Values.Count; d++) line.Add(trial.Values[d].PadRight(Width(view.Search.Specification.Space[d])), Tone.Faint);
        return line.Add(isBest ? "best" : "", Tone.Good);
    }

    /// <summary>A rung's decision.</summary>
    public static StyledLine Of(SearchView view, RungDecided decided)
    {
        var search = view.Search.Specification;
        var batch = search.Batches > 1 ? $"batch {decided.Batch + 1}, " : "";
        if (decided.Rung == search.Rungs.Count - 1) return StyledLine.Of($"{batch}rung {decided.Rung + 1}: all trials are in", Tone.Faint);
        var kept = string.Join(", ", decided.Kept.Take(MostNamed).Select(trial => trial + 1)) + (decided.Kept.Count > MostNamed ? ", …" : "");
        return StyledLine.Of($"{batch}rung {decided.Rung + 1}: {(decided.Kept.Count == 0 ? "no trial goes on" : kept + (decided.Kept.Count == 1 ? " goes on" : " go on"))}", Tone.Strong);
    }

    /// <summary>How far the search is.</summary>
    public static StyledLine Progress(SearchView view) => StyledLine.Of(
        $"{Numbers.Count(view.EpochsDone)} of at most {Numbers.Of(view.Search.Specification.Cost, "epoch")}"
        + (view.History.Best is { } best ? $", best {view.Goal} {Value(view, best.Last!.Value)} of trial {best.Number + 1}" : "")
        + (view.TimeLeft is { } left ? $", {Numbers.Time(left)} left" : ""), Tone.Faint);

    /// <summary>A value of the goal.</summary>
    public static string Value(SearchView view, double? value) =>
        view.Search.Specification.Goal == SearchGoal.Accuracy ? Numbers.Percent(value) : Numbers.Loss(view.InUnits(value));

    private static int Width(SearchDimension dimension) => Math.Max(dimension.Name.Length, dimension.Choices?.Max(choice => choice.Length) ?? 9) + 2;
}
