using Distributed.Api;
using Distributed.Dashboard.Texts;
using Distributed.Protocol.Specification;

namespace Distributed.Dashboard.Comparing;

/// <summary>Jobs beside each other.</summary>
internal sealed class JobComparison
{
    /// <summary>Jobs of one comparison.</summary>
    public const int Most = 10;

    private readonly IReadOnlyList<JobDetail> _jobs;

    /// <param name="jobs">Two to ten.</param>
    public JobComparison(IReadOnlyList<JobDetail> jobs)
    {
        _jobs = jobs;
        var facts = jobs.Select(SpecificationFacts.All).ToList();
        Differing = [.. facts.SelectMany(fact => fact.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(name => (name, (IReadOnlyList<string>)[.. facts.Select(fact => fact.GetValueOrDefault(name, Figures.None))]))
            .Where(row => row.Item2.Distinct().Count() > 1)];
    }

    /// <summary>The settings that are not the same, by their paths, with each job's value.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Differing { get; }

    /// <summary>Whether all weights have the same hash; null while one has none.</summary>
    public bool? HaveSameWeights =>
        _jobs.Any(job => job.Summary.WeightsSha256 is null) ? null : _jobs.Select(job => job.Summary.WeightsSha256).Distinct().Count() == 1;

    /// <summary>
    /// The first epoch (from 1) whose metrics are not the same bits in all jobs that have it; null when there is none. Equal metrics of unequal weights are
    /// possible, unequal metrics of equal weights are not.
    /// </summary>
    public int? FirstDifference
    {
        get
        {
            for (var epoch = 0; epoch < _jobs.Max(job => job.Epochs.Count); epoch++)
            {
                var told = _jobs.Where(job => job.Epochs.Count > epoch).Select(job => Bits(job.Epochs[epoch].Metrics)).Distinct().Count();
                if (told > 1) return epoch + 1;
            }
            return null;
        }
    }

    /// <summary>What is to be said of the bits.</summary>
    public (Tone Tone, string Text) Verdict => (HaveSameWeights, FirstDifference) switch
    {
        (true, _) => (Tone.Good, "The same bits: all hashes are equal."),
        (_, { } epoch) => (Tone.Neutral, $"They part at epoch {Figures.Count(epoch)}: the first whose metrics differ."),
        (false, null) => (Tone.Neutral, "The hashes differ; the metrics of the epochs that all have do not."),
        _ => (Tone.Neutral, "So far they are the same; one has not ended yet."),
    };

    private static (long, long?, long?, long?) Bits(EpochMetrics metrics) => (
        BitConverter.DoubleToInt64Bits(metrics.TrainLoss), Bits(metrics.TrainAccuracy), Bits(metrics.ValidationLoss), Bits(metrics.ValidationAccuracy));

    private static long? Bits(double? value) => value is { } number ? BitConverter.DoubleToInt64Bits(number) : null;
}
