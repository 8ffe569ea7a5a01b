using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Console.Output;
using Distributed.Jobs.Searches;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Console.Searches;

/// <summary>Writes one JSON object a line to standard output and nothing else; remarks for people go to standard error.</summary>
internal sealed class JsonSearchDisplay(TextWriter output, TextWriter error) : ISearchDisplay
{
    public void Started(SearchView view)
    {
        var search = view.Search.Specification;
        Say(JsonSerializer.Serialize(
            new SearchStartedJson(
                view.Search.Id.Value, view.Search.Data.Name, search.Data.Sha256, Choices.NameOf(SearchSettings.Strategies, search.Strategy), search.Trials, search.Rungs,
                search.Keep, view.Goal, search.Seed, view.History.Trials.Count(trial => trial.Last is not null)),
            SearchLines.Default.SearchStartedJson));
    }

    public void Progressed(SearchView view)
    {
    }

    public void TrialEnded(SearchView view, SearchTrial trial)
    {
        var last = trial.Last!;
        Say(JsonSerializer.Serialize(
            new TrialJson(
                view.Search.Id.Value, trial.Number + 1, trial.Results.Count, SearchView.StateOf(trial), last.Epochs, JsonLines.Finite(view.InUnits(last.Value)), last.BestEpoch + 1,
                view.SettingsOf(trial), last.WeightsSha256, last.Message),
            SearchLines.Default.TrialJson));
    }

    public void RungDecided(SearchView view, RungDecided decided) => Say(JsonSerializer.Serialize(
        new RungJson(view.Search.Id.Value, decided.Batch + 1, decided.Rung + 1, [.. decided.Kept.Select(trial => trial + 1)]), SearchLines.Default.RungJson));

    public void Noticed(string line) => error.WriteLine(line);

    public void Completed(SearchView view, SearchResult result)
    {
        var (end, winner) = (view.History.End!, result.Winner);
        Say(JsonSerializer.Serialize(
            new SearchCompletedJson(
                view.Search.Id.Value, end.Outcome.ToString().ToLowerInvariant(), winner?.Number + 1, JsonLines.Finite(view.InUnits(winner?.Last?.Value)), winner?.Last?.BestEpoch + 1,
                winner is null ? null : view.SettingsOf(winner), end.DecisionsSha256, winner?.Last?.WeightsSha256, result.Retrained?.Job, result.Retrained?.WeightsSha256,
                view.Elapsed.TotalSeconds, result.Folder),
            SearchLines.Default.SearchCompletedJson));
    }

    public void Interrupted(SearchView view, string words)
    {
        Say(JsonSerializer.Serialize(new SearchInterruptedJson(view.Search.Id.Value), SearchLines.Default.SearchInterruptedJson));
        error.WriteLine(words);
    }

    public void Dispose() => output.Flush();

    private void Say(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}

/// <summary>First line: the run of a search began.</summary>
internal sealed record SearchStartedJson(
    string Search, string Data, string DataSha256, string Strategy, int Trials, IReadOnlyList<int> Rungs, int Keep, string Goal, ulong Seed, int TrialsDone)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "started";
}

/// <summary>A trial reached a rung's end, or ended before it. Trials, rungs and epochs count from 1.</summary>
internal sealed record TrialJson(
    string Search, int Trial, int Rung, string State, int Epochs, double? Value, int? BestEpoch, IReadOnlyDictionary<string, string> Settings, string? WeightsSha256, string? Message)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "trial";
}

/// <summary>A rung is decided: these trials go on.</summary>
internal sealed record RungJson(string Search, int Batch, int Rung, IReadOnlyList<int> Kept)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "rung";
}

/// <summary>Last line: the search is done.</summary>
internal sealed record SearchCompletedJson(
    string Search, string Outcome, int? Winner, double? Value, int? BestEpoch, IReadOnlyDictionary<string, string>? Settings, string DecisionsSha256, string? WeightsSha256,
    string? RetrainedJob, string? RetrainedSha256, double Seconds, string Out)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "completed";
}

/// <summary>Last line: the run was interrupted.</summary>
internal sealed record SearchInterruptedJson(string Search)
{
    [JsonPropertyOrder(-1)] public string Event { get; } = "interrupted";
}

/// <summary>Written without reflection, members in camelCase, what does not apply left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SearchStartedJson))]
[JsonSerializable(typeof(TrialJson))]
[JsonSerializable(typeof(RungJson))]
[JsonSerializable(typeof(SearchCompletedJson))]
[JsonSerializable(typeof(SearchInterruptedJson))]
[JsonSerializable(typeof(string))]
internal sealed partial class SearchLines : JsonSerializerContext;
