using Distributed.Protocol.Identity;

namespace Distributed.Protocol.Search;

/// <summary>A decision of a search, journaled before any effect follows from it.</summary>
internal abstract record SearchEvent;

/// <summary>The search was submitted; always the first event.</summary>
internal sealed record SearchSubmitted(SearchSpecification Specification) : SearchEvent;

/// <summary>A trial is proposed.</summary>
/// <param name="Trial">Its number, from 0.</param>
/// <param name="Values">The texts of its settings, in the order of the space.</param>
internal sealed record TrialProposed(int Trial, IReadOnlyList<string> Values) : SearchEvent;

/// <summary>A trial reached a rung's end, or ended before it; written as it arrives.</summary>
/// <param name="Trial">Its number.</param>
/// <param name="Rung">The rung, from 0.</param>
/// <param name="Result">What it reached.</param>
internal sealed record TrialEnded(int Trial, int Rung, TrialResult Result) : SearchEvent;

/// <summary>All trials of a rung are in: the ones that go on, by number. None goes on from the last rung.</summary>
internal sealed record RungDecided(int Batch, int Rung, IReadOnlyList<int> Kept) : SearchEvent;

/// <summary>The search is paused or resumed.</summary>
internal sealed record SearchPauseChanged(bool Paused) : SearchEvent;

/// <summary>A person cancelled the search: it ends with the best trial so far.</summary>
internal sealed record SearchCancelRequested : SearchEvent;

/// <summary>The search ended.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Winner">The best trial; null when none reached the end of its rungs with a number.</param>
/// <param name="DecisionsSha256">SHA-256 of the decisions in order of rung and trial.</param>
internal sealed record SearchEnded(SearchOutcome Outcome, int? Winner, string DecisionsSha256) : SearchEvent;

/// <summary>How a search ended.</summary>
internal enum SearchOutcome
{
    /// <summary>All trials are in.</summary>
    Completed,

    /// <summary>A person cancelled it.</summary>
    Cancelled,
}

/// <summary>What a trial reached at a rung's end.</summary>
/// <param name="State">Whether it can go on.</param>
/// <param name="Epochs">Epochs done.</param>
internal sealed record TrialResult(TrialState State, int Epochs)
{
    /// <summary>The goal's metric at the epoch of the lowest loss so far; null for a trial without one, which is the worst.</summary>
    public double? Value { get; init; }

    /// <summary>That epoch, from 0; null without one.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>SHA-256 of the weights that the trial ended on; null while it can go on, and of one without weights.</summary>
    public string? WeightsSha256 { get; init; }

    /// <summary>Why it failed; null for one that did not.</summary>
    public string? Message { get; init; }
}

/// <summary>Where a trial stands at a rung's end.</summary>
internal enum TrialState
{
    /// <summary>Held at the rung's boundary; it can go on.</summary>
    Held,

    /// <summary>Ended: all epochs are done, or a stop rule applied.</summary>
    Completed,

    /// <summary>A number was not finite.</summary>
    Diverged,

    /// <summary>Its settings do not go together.</summary>
    Invalid,
}

/// <summary>Names of trials.</summary>
internal static class TrialNames
{
    /// <summary>The job of a trial.</summary>
    /// <param name="search">The search.</param>
    /// <param name="trial">From 0; people count from 1.</param>
    /// <param name="attempt">From 1; higher for one that the cluster could not run before.</param>
    public static JobId Of(JobId search, int trial, int attempt = 1) => new(attempt == 1 ? $"{search}-t{trial + 1}" : $"{search}-t{trial + 1}-{attempt}");
}
