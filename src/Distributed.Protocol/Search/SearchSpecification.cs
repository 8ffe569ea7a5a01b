using Distributed.Learning.Randomness;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Search;

/// <summary>How trials are proposed.</summary>
internal enum SearchStrategy
{
    /// <summary>Every combination of the values.</summary>
    Grid,

    /// <summary>Independent draws.</summary>
    Random,

    /// <summary>Points that fill the space evenly.</summary>
    Sobol,

    /// <summary>A tree-structured Parzen estimator: each batch of trials is drawn near the best of the batches before it.</summary>
    Tpe,
}

/// <summary>The metric that decides which trial is best: its value at the epoch of the trial's lowest loss so far.</summary>
internal enum SearchGoal
{
    /// <summary>The lowest validation loss (training loss without a validation set).</summary>
    Loss,

    /// <summary>The highest validation accuracy.</summary>
    Accuracy,

    /// <summary>The lowest mean absolute validation error.</summary>
    Mae,

    /// <summary>The highest validation coefficient of determination.</summary>
    R2,
}

/// <summary>
/// Everything that can reach a decision of a search: two searches with equal specifications on equal data make the same decisions, whatever ran them.
/// Immutable once submitted. How many trials run at once is not in it.
/// </summary>
internal sealed record SearchSpecification
{
    /// <summary>The most trials.</summary>
    public const int MaximumTrials = 10_000;

    /// <summary>Version of this record's stored form.</summary>
    public int Format { get; init; } = 1;

    /// <summary>As in <see cref="JobSpecification.Arithmetic"/>.</summary>
    public int Arithmetic { get; init; } = ArithmeticVersion.Current;

    /// <summary>The encoded samples.</summary>
    public required DataIdentity Data { get; init; }

    /// <summary>The settings that vary.</summary>
    public required IReadOnlyList<SearchDimension> Space { get; init; }

    /// <summary>The settings that all trials have, by name.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>How trials are proposed.</summary>
    public required SearchStrategy Strategy { get; init; }

    /// <summary>Trials in all.</summary>
    public required int Trials { get; init; }

    /// <summary>Trials that are proposed together, from the batches before: a barrier. <see cref="Trials"/> for a strategy that does not learn.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The epochs of a trial at each rung's end, ascending; the last are a trial's full epochs.</summary>
    public required IReadOnlyList<int> Rungs { get; init; }

    /// <summary>One trial in so many goes on at the end of a rung.</summary>
    public required int Keep { get; init; }

    /// <summary>What decides.</summary>
    public required SearchGoal Goal { get; init; }

    /// <summary>Whether the winner is trained on all samples at the end. Reaches no decision.</summary>
    public bool Retrain { get; init; } = true;

    /// <summary>Seed of the proposals.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Batches in all.</summary>
    public int Batches => (Trials + BatchSize - 1) / BatchSize;

    /// <summary>The trials of a batch: the first, and their number.</summary>
    public (int First, int Count) Batch(int batch) => (batch * BatchSize, Math.Min(BatchSize, Trials - batch * BatchSize));

    /// <summary>Epochs times trials, if no trial ends early.</summary>
    public long Cost => CostOf(Trials, BatchSize, Rungs, Keep);

    /// <summary>How many trials go on at a rung's end.</summary>
    public static int KeptOf(int trials, int keep) => (trials + keep - 1) / keep;

    /// <summary>As <see cref="Cost"/>.</summary>
    public static long CostOf(int trials, int batchSize, IReadOnlyList<int> rungs, int keep)
    {
        var cost = 0L;
        for (var first = 0; first < trials; first += batchSize)
        {
            var alive = Math.Min(batchSize, trials - first);
            for (var rung = 0; rung < rungs.Count; rung++)
            {
                cost += (long)alive * (rungs[rung] - (rung == 0 ? 0 : rungs[rung - 1]));
                alive = KeptOf(alive, keep);
            }
        }
        return cost;
    }

    /// <summary>Returns what is wrong and what is expected; null when it is valid.</summary>
    public string? Validate()
    {
        if (Arithmetic != ArithmeticVersion.Current)
            return $"the search needs arithmetic version {Arithmetic}, this program has {ArithmeticVersion.Current}: use the release that it was begun with";
        if (Space.Count == 0) return "the space is empty: name a setting that varies";
        if (Space.Select(dimension => dimension.Validate()).FirstOrDefault(wrong => wrong is not null) is { } what) return what;
        if (Space.GroupBy(dimension => dimension.Name).FirstOrDefault(group => group.Count() > 1) is { } twice) return $"the space names {twice.Key} twice";
        if (Strategy == SearchStrategy.Sobol && Space.Count > SobolSequence.MaximumDimensions)
            return $"the strategy sobol takes at most {SobolSequence.MaximumDimensions} settings, and the space has {Space.Count}";
        if (Strategy == SearchStrategy.Grid && GridSize(Space) is var size && size != Trials)
            return $"the grid has {size:N0} points, not {Trials:N0}";
        if (Trials is < 1 or > MaximumTrials) return $"there are {Trials:N0} trials: there must be 1 to {MaximumTrials:N0}";
        if (BatchSize < 1 || BatchSize > Trials) return $"batches of {BatchSize} trials: there must be 1 to {Trials}";
        if (Keep is < 2 or > 100) return $"one trial in {Keep} goes on: it must be one in 2 to 100";
        if (Rungs.Count == 0 || Rungs[0] < 1 || Rungs.Zip(Rungs.Skip(1)).Any(pair => pair.First >= pair.Second)) return "the epochs of the rungs must rise from 1";
        return null;
    }

    /// <summary>The points of a grid; <see cref="long.MaxValue"/> where there are more than a million million.</summary>
    public static long GridSize(IEnumerable<SearchDimension> space)
    {
        var size = 1L;
        foreach (var dimension in space)
        {
            size *= Math.Max(1, dimension.GridCount);
            if (size > 1_000_000_000_000) return long.MaxValue;
        }
        return size;
    }
}
