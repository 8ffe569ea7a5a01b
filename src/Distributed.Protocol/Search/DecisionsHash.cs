using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Distributed.Protocol.Search;

/// <summary>
/// SHA-256 over the decisions of a search: its proposals by number, its results in order of rung and trial, its rungs. The journal's own order is the one
/// in which trials reported, and does not matter here.
/// </summary>
internal static class DecisionsHash
{
    /// <summary>Of the decisions so far, lower-case hex.</summary>
    public static string Of(SearchHistory history)
    {
        var text = new StringBuilder();
        foreach (var trial in history.Trials) Line(text, "trial", trial.Number, string.Join(';', trial.Values));
        var search = history.Specification!;
        foreach (var decided in history.Rungs)
        {
            var (first, count) = search.Batch(decided.Batch);
            foreach (var trial in history.Trials.Skip(first).Take(count).Where(trial => trial.Results.Count > decided.Rung)) Add(text, trial, decided.Rung);
            Line(text, "kept", decided.Batch, decided.Rung, string.Join(',', decided.Kept));
        }
        Line(text, "best", history.Best?.Number);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Values by their bits. A message is for people, and no decision.</summary>
    private static void Add(StringBuilder text, SearchTrial trial, int rung)
    {
        var result = trial.Results[rung];
        var value = result.Value is { } number ? BitConverter.DoubleToUInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture) : "none";
        Line(text, "result", rung, trial.Number, result.State, result.Epochs, result.BestEpoch, value, result.WeightsSha256);
    }

    private static void Line(StringBuilder text, params object?[] words) =>
        text.AppendJoin(' ', words.Select(word => Convert.ToString(word, CultureInfo.InvariantCulture) is { Length: > 0 } said ? said : "-")).Append('\n');
}
