using Distributed.Learning.Randomness;

namespace Distributed.Protocol.Search;

/// <summary>
/// The settings of the next trial: a pure function of the specification, the trial's number, the results of completed batches and the proposals of its
/// own batch before it. Nothing depends on which trial reported first.
/// </summary>
internal static class Proposals
{
    /// <summary>Draws among which the estimator chooses.</summary>
    private const int Candidates = 64;

    /// <summary>The best quarter of the results is what the estimator draws near.</summary>
    private const int GoodShare = 4;

    /// <summary>Proposes a trial.</summary>
    /// <param name="search">The search.</param>
    /// <param name="trial">Its number.</param>
    /// <param name="ranked">The trials of completed batches, the best first.</param>
    /// <param name="pending">The proposals of its batch before it.</param>
    public static IReadOnlyList<string> Propose(
        SearchSpecification search, int trial, IReadOnlyList<IReadOnlyList<string>> ranked, IReadOnlyList<IReadOnlyList<string>> pending) => search.Strategy switch
        {
            SearchStrategy.Grid => OfGrid(search.Space, trial),
            SearchStrategy.Random => OfStream(search, trial),
            SearchStrategy.Sobol => OfSequence(search, trial),
            _ => ranked.Count == 0 ? Start(search, trial) : Learnt(search, trial, ranked, pending),
        };

    /// <summary>The first setting varies slowest.</summary>
    private static string[] OfGrid(IReadOnlyList<SearchDimension> space, long index)
    {
        var values = new string[space.Count];
        for (var d = values.Length - 1; d >= 0; d--)
        {
            values[d] = space[d].GridValue(index % space[d].GridCount);
            index /= space[d].GridCount;
        }
        return values;
    }

    private static string[] OfStream(SearchSpecification search, int trial)
    {
        var stream = RandomStream.For(search.Seed, StreamPurpose.Search, trial);
        return [.. search.Space.Select(dimension => dimension.ValueAt(stream.NextDouble()))];
    }

    private static string[] OfSequence(SearchSpecification search, int trial)
    {
        var sequence = new SobolSequence(search.Space.Count, search.Seed);
        return [.. search.Space.Select((dimension, d) => dimension.ValueAt(sequence.At(trial, d)))];
    }

    /// <summary>Before there are results: evenly, or at random in a space of more settings than the sequence has.</summary>
    private static string[] Start(SearchSpecification search, int trial) =>
        search.Space.Count <= SobolSequence.MaximumDimensions ? OfSequence(search, trial) : OfStream(search, trial);

    /// <summary>
    /// Of draws near the good results the one that is likeliest there, compared with the others. Proposals of the same batch count among the others, so
    /// a batch does not draw one point again and again.
    /// </summary>
    private static string[] Learnt(
        SearchSpecification search, int trial, IReadOnlyList<IReadOnlyList<string>> ranked, IReadOnlyList<IReadOnlyList<string>> pending)
    {
        var space = search.Space;
        int[] choices = [.. space.Select(dimension => dimension.ChoiceCount)];
        var split = (ranked.Count + GoodShare - 1) / GoodShare;
        var good = new ParzenEstimator([.. ranked.Take(split).Select(Coordinates)], choices);
        var others = new ParzenEstimator([.. ranked.Skip(split).Concat(pending).Select(Coordinates)], choices);
        var stream = RandomStream.For(search.Seed, StreamPurpose.Search, trial, 1);
        double[]? best = null;
        var bestGain = double.NegativeInfinity;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            var point = good.Draw(stream);
            var gain = good.LogDensity(point) - others.LogDensity(point);
            if (gain <= bestGain) continue; // the earlier one wins a tie
            (best, bestGain) = (point, gain);
        }
        return [.. space.Select((dimension, d) => dimension.ValueAt(best![d]))];

        double[] Coordinates(IReadOnlyList<string> values) => [.. space.Select((dimension, d) => dimension.CoordinateOf(values[d]))];
    }
}
