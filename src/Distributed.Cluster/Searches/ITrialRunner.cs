using Distributed.Protocol.Search;

namespace Distributed.Cluster.Searches;

/// <summary>Runs the jobs of a search's trials. A repeated order is answered again.</summary>
internal interface ITrialRunner
{
    /// <summary>Has a trial's job train to its rung's end.</summary>
    /// <param name="order">What to do.</param>
    Task<TrialAnswer> RunAsync(TrialOrder order);

    /// <summary>Has a trial's job rest at a checkpoint, if it trains.</summary>
    void Rest(int trial);

    /// <summary>Ends a trial's job, if it has one; complete once it has ended.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="isDropped">Whether a rung decided against it.</param>
    Task CloseAsync(int trial, bool isDropped);
}

/// <summary>What came of an order.</summary>
internal abstract record TrialAnswer;

/// <summary>The trial is at the rung's end.</summary>
internal sealed record TrialReported(TrialEnded Report) : TrialAnswer;

/// <summary>Its job rests before the rung's end.</summary>
internal sealed record TrialRested(int Trial) : TrialAnswer;

/// <summary>The cluster cannot run it, and why.</summary>
internal sealed record TrialBlocked(int Trial, string Reason) : TrialAnswer;

/// <summary>Its job has ended, or there was none.</summary>
internal sealed record TrialClosed(int Trial) : TrialAnswer;
