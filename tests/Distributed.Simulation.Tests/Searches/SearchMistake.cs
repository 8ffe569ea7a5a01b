namespace Distributed.Simulation.Tests.Searches;

/// <summary>A deliberate mistake in a simulated search. The shipped rules know none of this.</summary>
internal enum SearchMistake
{
    /// <summary>None.</summary>
    None,

    /// <summary>A rung is decided once half of its trials are in.</summary>
    DecideBeforeTheLastTrial,

    /// <summary>Ties go to the trial that reported first.</summary>
    SettleTiesByArrival,

    /// <summary>A batch is proposed while trials of the one before are missing.</summary>
    ProposeFromWhatIsThere,

    /// <summary>A report that comes late or again counts for the rung of that moment.</summary>
    CountALateReport,

    /// <summary>Effects follow from decisions that are not durable yet.</summary>
    ActBeforeTheJournal,

    /// <summary>A trial that the cluster could not run counts as the worst.</summary>
    CountABlockedTrialAsWorst,
}
