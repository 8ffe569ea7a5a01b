using System.Globalization;
using Distributed.Jobs.Searches;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;

namespace Distributed.Console.Searches;

/// <summary>A search as its display shows it: what is decided, and how far the running trials are.</summary>
/// <param name="search">The search.</param>
/// <param name="history">What was decided before.</param>
/// <param name="clock">The clock.</param>
internal sealed class SearchView(SearchSubmission search, SearchHistory history, TimeProvider clock)
{
    private readonly long _began = clock.GetTimestamp();
    private readonly long _doneBefore = Done(history, new Dictionary<int, int>());
    private readonly Dictionary<int, int> _epochs = []; // of the trials that run; bounded by the trials

    /// <summary>The search.</summary>
    public SearchSubmission Search => search;

    /// <summary>What is decided.</summary>
    public SearchHistory History => history;

    /// <summary>Since this run began.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_began);

    /// <summary>Epochs done, of <see cref="SearchSpecification.Cost"/>.</summary>
    public long EpochsDone => Done(history, _epochs);

    /// <summary>To the end at the speed so far; null when not known yet.</summary>
    public TimeSpan? TimeLeft
    {
        get
        {
            var (done, left) = (EpochsDone - _doneBefore, search.Specification.Cost - EpochsDone);
            return done > 0 && left >= 0 ? Elapsed * ((double)left / done) : null;
        }
    }

    /// <summary>Takes the news.</summary>
    public void Take(SearchNews news)
    {
        switch (news)
        {
            case SearchDecided decided:
                history.Apply(decided.Event);
                break;
            case TrialProgressed progressed:
                _epochs[progressed.Trial] = progressed.Ended.Decision.Epoch + 1;
                break;
        }
    }

    /// <summary>The epoch that a trial has ended; 0 before the first.</summary>
    public int EpochOf(SearchTrial trial) => Math.Max(_epochs.GetValueOrDefault(trial.Number), trial.Last?.Epochs ?? 0);

    /// <summary>A trial's settings by name.</summary>
    public IReadOnlyDictionary<string, string> SettingsOf(SearchTrial trial) =>
        search.Specification.Space.Select((dimension, i) => (dimension.Name, Value: trial.Values[i])).ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>The goal's name.</summary>
    public string Goal => Choices.NameOf(SearchSettings.Goals, search.Specification.Goal);

    /// <summary>A value of the goal in the target's own unit.</summary>
    public double? InUnits(double? value) => search.Specification.Goal == SearchGoal.Mae ? value * search.Data.Encoding.Target.Scale : value;

    /// <summary>A trial's state in one word.</summary>
    public static string StateOf(SearchTrial trial) => trial switch
    {
        { IsDropped: true } => "dropped",
        { Last: { } last } => last.State.ToString().ToLower(CultureInfo.InvariantCulture),
        _ => "waiting",
    };

    private static long Done(SearchHistory history, IReadOnlyDictionary<int, int> running) =>
        history.Trials.Sum(trial => (long)Math.Max(trial.Last?.Epochs ?? 0, running.GetValueOrDefault(trial.Number)));
}
