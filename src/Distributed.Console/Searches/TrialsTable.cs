using System.Globalization;
using Distributed.Protocol.Search;

namespace Distributed.Console.Searches;

/// <summary><c>trials.csv</c>: a row for each trial.</summary>
internal static class TrialsTable
{
    /// <summary>Writes it.</summary>
    public static void Write(string path, SearchView view)
    {
        using var file = new StreamWriter(path) { NewLine = "\n" };
        file.WriteLine(string.Join(',', view.Search.Specification.Space.Select(dimension => dimension.Name).Prepend("trial").Concat(["rung", "epochs", view.Goal, "best_epoch", "state", "weights_sha256", "message"])));
        foreach (var trial in view.History.Trials) file.WriteLine(string.Join(',', Cells(view, trial).Select(Quoted)));
    }

    private static IEnumerable<string> Cells(SearchView view, SearchTrial trial)
    {
        var last = trial.Last;
        return
        [
            Of(trial.Number + 1), .. trial.Values, Of(trial.Results.Count), Of(last?.Epochs), Of(view.InUnits(last?.Value)), Of(last?.BestEpoch + 1), SearchView.StateOf(trial),
            last?.WeightsSha256 ?? "", last?.Message ?? "",
        ];
    }

    private static string Of(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
