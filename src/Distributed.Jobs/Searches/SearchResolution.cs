using Distributed.Jobs.Submission;
using Distributed.Protocol.Search;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Searches;

/// <summary>Resolves settings, space and data into a search, and a trial's values into a job: pure functions, so that equal commands on equal data give equal searches.</summary>
internal static class SearchResolution
{
    private const int UsualTrials = 27, UsualKeep = 3, UsualRungs = 3, EpochsForRungs = 9;

    /// <summary>Trials that the estimator proposes together. Small enough to learn from, large enough to keep several cores busy.</summary>
    private const int EstimatorBatch = 8;

    /// <summary>The most trials of the first batch that are looked at for one whose settings go together.</summary>
    private const int LookedAt = 64;

    /// <summary>Settings that name files or other jobs of one process: a search has none of them.</summary>
    public static IReadOnlyList<Setting> NotOfSearch { get; } = [Settings.From, Settings.InitialWeights];

    /// <summary>Fills in what was not given, and checks the whole.</summary>
    /// <param name="given">The settings that all trials have.</param>
    /// <param name="search">Those of <see cref="SearchSettings"/>.</param>
    /// <param name="space">The settings that vary; null for the default.</param>
    /// <param name="seed">Of the data settings.</param>
    /// <param name="data">The samples.</param>
    /// <exception cref="UsageException">They do not go together.</exception>
    public static SearchSpecification Resolve(GivenSettings given, GivenSettings search, IReadOnlyList<SearchDimension>? space, ulong seed, DataShape data)
    {
        space ??= DefaultSpace.Of(data, given);
        foreach (var dimension in space)
        {
            if (given.Texts.FirstOrDefault(text => text.Setting.Name == dimension.Name).Setting is { } both)
                throw new SettingException(both, $"{both} is given, and the space varies it; leave one of them out");
        }
        var strategy = search.Get(SearchSettings.Strategy) ?? SearchStrategy.Sobol;
        var epochs = given.Get(Settings.Epochs) ?? JobDefaults.Epochs(data);
        var keep = search.Get(SearchSettings.Keep) ?? UsualKeep;
        var rungs = Rungs(search.Get(SearchSettings.Rungs) ?? (strategy != SearchStrategy.Tpe && epochs >= EpochsForRungs ? UsualRungs : 1), epochs, keep);
        var trials = Trials(search, space, strategy, rungs, keep);
        var specification = new SearchSpecification
        {
            Data = new DataIdentity(data.Sha256, data.Training, data.Validation),
            Space = space,
            Settings = given.Texts.Where(text => text.Setting.Group != SettingGroup.Run && text.Setting != Settings.Name)
                .ToDictionary(text => text.Setting.Name, text => text.Text, StringComparer.Ordinal),
            Strategy = strategy,
            Trials = trials,
            BatchSize = strategy == SearchStrategy.Tpe ? Math.Min(EstimatorBatch, trials) : trials,
            Rungs = rungs,
            Keep = keep,
            Goal = Goal(search.Get(SearchSettings.Goal) ?? SearchGoal.Loss, data),
            Seed = seed,
            Retrain = search.Get(SearchSettings.Retrain) ?? true,
        };
        if (specification.Validate() is { } wrong) throw new UsageException(wrong);
        CheckTrials(specification, seed, data);
        return specification;
    }

    /// <summary>The settings of a trial: those of all, and its values.</summary>
    public static GivenSettings SettingsOf(SearchSpecification search, IReadOnlyList<string> values)
    {
        var given = new GivenSettings();
        foreach (var (name, text) in search.Settings.Concat(search.Space.Select((dimension, i) => KeyValuePair.Create(dimension.Name, values[i]))))
            given.Give(Settings.All.Single(setting => setting.Name == name), text);
        return given;
    }

    /// <summary>The job of a trial.</summary>
    /// <exception cref="UsageException">Its settings do not go together.</exception>
    public static JobSpecification JobOf(SearchSpecification search, IReadOnlyList<string> values, ulong seed, DataShape data) =>
        JobResolution.Resolve(SettingsOf(search, values), seed, data);

    /// <summary>Each rung's epochs are as many times the epochs before it as fewer trials reach it.</summary>
    private static int[] Rungs(int count, int epochs, int keep)
    {
        var rungs = new int[count];
        var share = 1L;
        for (var rung = count - 1; rung >= 0; rung--, share = Math.Min(share * keep, int.MaxValue)) rungs[rung] = (int)((epochs + share - 1) / share);
        for (var rung = 1; rung < count; rung++)
        {
            if (rungs[rung] > rungs[rung - 1]) continue;
            throw new SettingException(SearchSettings.Rungs,
                $"{SearchSettings.Rungs} is {count}: {epochs} epochs are too few for so many rungs of {keep} times the epochs each; take fewer rungs or more {Settings.Epochs}");
        }
        return rungs;
    }

    private static int Trials(GivenSettings search, IReadOnlyList<SearchDimension> space, SearchStrategy strategy, IReadOnlyList<int> rungs, int keep)
    {
        var budget = search.Get(SearchSettings.Budget);
        if (budget is not null && search.Has(SearchSettings.Trials))
            throw new SettingException(SearchSettings.Budget, $"{SearchSettings.Budget} and {SearchSettings.Trials} both say how many trials there are; give one of them");
        if (strategy == SearchStrategy.Grid)
        {
            var points = SearchSpecification.GridSize(space);
            if (points > SearchSpecification.MaximumTrials)
                throw new UsageException($"the grid has {(points == long.MaxValue ? "more than a million million" : points.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture))} points, and a search at most {SearchSpecification.MaximumTrials:#,0} trials: list fewer values, or take the strategy sobol or tpe");
            if (((Setting[])[SearchSettings.Trials, SearchSettings.Budget]).FirstOrDefault(search.Has) is { } number)
                throw new SettingException(number, $"{number} is not for a grid, which has all its {points} points; leave it out, or take the strategy sobol");
            return (int)points;
        }
        if (budget is null) return search.Get(SearchSettings.Trials) ?? UsualTrials;
        var trials = 0;
        while (trials < SearchSpecification.MaximumTrials && Cost(trials + 1) <= budget) trials++;
        return trials > 0
            ? trials
            : throw new SettingException(SearchSettings.Budget, $"{SearchSettings.Budget} is {budget}: one trial takes {Cost(1)} epochs");

        long Cost(int count) => SearchSpecification.CostOf(count, strategy == SearchStrategy.Tpe ? Math.Min(EstimatorBatch, count) : count, rungs, keep);
    }

    private static SearchGoal Goal(SearchGoal goal, DataShape data)
    {
        if (goal != SearchGoal.Loss && data.Validation == 0)
            throw new SettingException(SearchSettings.Goal, $"{SearchSettings.Goal} needs a validation set: give {Settings.Validation} a share above 0 or a file, or take loss");
        if (goal == SearchGoal.Accuracy && !data.IsClassification)
            throw new SettingException(SearchSettings.Goal, $"{SearchSettings.Goal} accuracy needs a classifier, and the target of this data is a number; take loss, mae or r2");
        if (goal is SearchGoal.Mae or SearchGoal.R2 && data.IsClassification)
            throw new SettingException(SearchSettings.Goal, $"{SearchSettings.Goal} {(goal == SearchGoal.Mae ? "mae" : "r2")} needs a target of numbers, and this data has classes; take loss or accuracy");
        return goal;
    }

    /// <summary>A trial with invalid settings is a result; a search whose first trials are all invalid is a mistake.</summary>
    private static void CheckTrials(SearchSpecification search, ulong seed, DataShape data)
    {
        UsageException? first = null;
        var history = new SearchHistory();
        history.Apply(new SearchSubmitted(search));
        while (history.Trials.Count < LookedAt && history.Next() is TrialProposed proposed)
        {
            history.Apply(proposed);
            try
            {
                JobOf(search, proposed.Values, seed, data);
                return;
            }
            catch (UsageException e)
            {
                first ??= e;
            }
        }
        if (first is not null) throw first;
    }
}
