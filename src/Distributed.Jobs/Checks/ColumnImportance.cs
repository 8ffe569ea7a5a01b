using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Learning.Networks;
using Distributed.Learning.Randomness;

namespace Distributed.Jobs.Checks;

/// <summary>By how much a model gets worse when a column's values are exchanged between the rows (L. Breiman, 2001), as the mean of a few exchanges.</summary>
/// <param name="Column">The column.</param>
/// <param name="LossIncrease">Of the mean loss.</param>
/// <param name="AccuracyDecrease">Of the accuracy; null for a regression.</param>
/// <param name="RSquaredDecrease">Of R²; null for classes, and where it is undefined.</param>
internal sealed record ColumnImportance(string Column, double LossIncrease, double? AccuracyDecrease, double? RSquaredDecrease)
{
    /// <summary>How often each column is exchanged.</summary>
    public const int Exchanges = 3;

    /// <summary>The importance of each column, the highest first; columns as they stand in the table, with all of their inputs.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">Its flat parameter vector.</param>
    /// <param name="samples">At least one, encoded for this network.</param>
    /// <param name="encoding">Of a table.</param>
    /// <param name="seed">Decides the exchanges.</param>
    public static IReadOnlyList<ColumnImportance> Of(
        NetworkSpecification network, float[] parameters, ISampleSource samples, FeatureEncoding encoding, ulong seed)
    {
        var whole = Evaluation.Of(network, parameters, samples, encoding.Target.Classes).Metrics;
        var found = new List<ColumnImportance>();
        var first = 0;
        foreach (var column in encoding.Columns)
        {
            var exchanged = Enumerable.Range(0, Exchanges).Select(time => Evaluation.Of(
                network, parameters, new ExchangedSamples(samples, first, column.Inputs, new SampleOrder(seed, found.Count * Exchanges + time, samples.Rows)),
                encoding.Target.Classes).Metrics).ToList();
            found.Add(new ColumnImportance(
                column.Name, exchanged.Average(metrics => metrics.MeanLoss) - whole.MeanLoss,
                samples.IsClassification ? whole.Accuracy - exchanged.Average(metrics => metrics.Accuracy) : null,
                samples.IsClassification ? null : whole.RSquared - exchanged.Average(metrics => metrics.RSquared)));
            first += column.Inputs;
        }

        return [.. found.OrderByDescending(column => column.LossIncrease)];
    }

    /// <summary>Samples with some inputs of other rows.</summary>
    private sealed class ExchangedSamples(ISampleSource samples, int first, int count, SampleOrder order) : ISampleSource
    {
        public int Rows => samples.Rows;

        public int Inputs => samples.Inputs;

        public bool IsClassification => samples.IsClassification;

        public int Outputs => samples.Outputs;

        public bool HasWeights => samples.HasWeights;

        public void Gather(ReadOnlySpan<int> rows, Span<float> inputs, Span<int> labels, Span<float> targets)
        {
            samples.Gather(rows, inputs, labels, targets);
            var others = new int[rows.Length];
            for (var i = 0; i < others.Length; i++) others[i] = order[rows[i]];
            var theirs = new float[rows.Length * Inputs];
            samples.Gather(others, theirs, new int[IsClassification ? rows.Length : 0], new float[IsClassification ? 0 : rows.Length * Outputs]);
            for (var i = 0; i < others.Length; i++)
                theirs.AsSpan(i * Inputs + first, count).CopyTo(inputs[(i * Inputs + first)..]);
        }

        public void GatherWeights(ReadOnlySpan<int> rows, Span<float> weights) => samples.GatherWeights(rows, weights);
    }
}
