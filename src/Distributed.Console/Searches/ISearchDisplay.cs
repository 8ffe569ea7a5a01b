using Distributed.Protocol.Search;

namespace Distributed.Console.Searches;

/// <summary>Shows one run of a search. Called from one thread at a time.</summary>
internal interface ISearchDisplay : IDisposable
{
    /// <summary>The run begins.</summary>
    void Started(SearchView view);

    /// <summary>A trial is further on.</summary>
    void Progressed(SearchView view);

    /// <summary>A trial reached a rung's end.</summary>
    void TrialEnded(SearchView view, SearchTrial trial);

    /// <summary>A rung is decided.</summary>
    void RungDecided(SearchView view, RungDecided decided);

    /// <summary>A remark for the user.</summary>
    void Noticed(string line);

    /// <summary>The search is done and its files are written.</summary>
    void Completed(SearchView view, SearchResult result);

    /// <summary>The run was interrupted; the words resume it.</summary>
    void Interrupted(SearchView view, string words);
}

/// <summary>What a finished search left.</summary>
/// <param name="Winner">The best trial; null when none has a value.</param>
/// <param name="Folder">Where its files are.</param>
/// <param name="Retrained">The job that trained the winner on all samples, and the SHA-256 of its weights; null for none.</param>
/// <param name="Command">Trains the winner again.</param>
internal sealed record SearchResult(SearchTrial? Winner, string Folder, (string Job, string WeightsSha256)? Retrained, string Command);
