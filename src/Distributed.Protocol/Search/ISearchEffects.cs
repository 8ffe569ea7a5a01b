namespace Distributed.Protocol.Search;

/// <summary>The surroundings of a <see cref="SearchRun"/>, which carry out its effects. Everything but the journal may be asked for repeatedly.</summary>
internal interface ISearchEffects
{
    /// <summary>Writes an event; answered by <see cref="SearchRun.OnPersisted"/>. One at a time.</summary>
    void Persist(SearchEvent searchEvent);

    /// <summary>Has a trial's job train; answered by <see cref="SearchRun.OnReported"/>, <see cref="SearchRun.OnBlocked"/> or <see cref="SearchRun.OnRested"/>.</summary>
    void Run(TrialOrder order);

    /// <summary>Has a running trial's job rest at a checkpoint; answered by <see cref="SearchRun.OnRested"/> or by its report.</summary>
    void Rest(int trial);

    /// <summary>Ends a trial's job, if it has one; answered by <see cref="SearchRun.OnClosed"/>.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="isDropped">Whether a rung decided against it; otherwise the search is cancelled.</param>
    void Close(int trial, bool isDropped);

    /// <summary>Tells watchers what is decided; the event is durable.</summary>
    void Publish(SearchEvent searchEvent);

    /// <summary>Tells watchers why the search waits.</summary>
    void Wait(string reason);

    /// <summary>Nothing runs any more: the search is paused or has ended.</summary>
    void Rested();
}

/// <summary>What a trial's job is to do.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Rung">The rung to report.</param>
/// <param name="HoldAfter">The epochs at whose end the job is held; null for its full epochs.</param>
/// <param name="Values">The texts of its settings, in the order of the space.</param>
internal sealed record TrialOrder(int Trial, int Rung, int? HoldAfter, IReadOnlyList<string> Values);
