using Distributed.Data.Samples;
using Distributed.Learning.Networks;
using Distributed.Tensors.Mathematics;

namespace Distributed.Models;

/// <summary>
/// Chooses a temperature. With u = −ln temperature it is a zero of the derivative of Σ weight · log loss + ½ (u / 0.5)²: the second term, a normal
/// prior, holds few samples, or such that are all answered rightly, near 1. The zero lies between 0 and the best u without prior and is found by
/// halving, 40 times, in double and in the order of the rows: equal samples and weights give equal bits.
/// </summary>
internal static class TemperatureFit
{
    /// <summary>The bounds of a temperature.</summary>
    public const double Least = 0.1, Most = 10;

    /// <summary>The most output sums that are looked at; of more samples every second one is, or every third, and so on.</summary>
    private const long MostSums = 1 << 20;

    private const int Halvings = 40, RowsAtOnce = 64;
    private const double Deviation = 0.5, Reach = 2.302585092994046; // ln 10

    /// <summary>Chooses.</summary>
    /// <param name="network">A classifier.</param>
    /// <param name="parameters">Its trained parameters.</param>
    /// <param name="heldOut">Samples that it did not learn from, at least one.</param>
    public static ModelCalibration Of(NetworkSpecification network, ReadOnlySpan<float> parameters, ISampleSource heldOut)
    {
        var every = (int)Math.Max(1, ((long)heldOut.Rows * heldOut.Outputs + MostSums - 1) / MostSums);
        int[] rows = [.. Enumerable.Range(0, (heldOut.Rows + every - 1) / every).Select(i => i * every)];
        var labels = new int[rows.Length];
        var weights = new float[rows.Length];
        heldOut.GatherWeights(rows, weights);
        var sums = Sums(network, parameters, heldOut, rows, labels);
        var (low, high) = Slope(sums, labels, weights, 0) < 0 ? (0.0, Reach) : (-Reach, 0.0);
        for (var time = 0; time < Halvings; time++)
        {
            var middle = (low + high) / 2;
            if (Slope(sums, labels, weights, middle) < 0) low = middle;
            else high = middle;
        }

        return new ModelCalibration(Math.Clamp(DeterministicMath.Exp(-(low + high) / 2), Least, Most), rows.Length);
    }

    /// <summary>d/du of Σ weight · log loss of (sums · eᵘ), and of the prior.</summary>
    private static double Slope(float[] sums, int[] labels, float[] weights, double u)
    {
        var factor = DeterministicMath.Exp(u);
        var classes = sums.Length / labels.Length;
        var slope = 0.0;
        for (var row = 0; row < labels.Length; row++)
        {
            var own = sums.AsSpan(row * classes, classes);
            var highest = own[0];
            foreach (var sum in own) highest = Math.Max(highest, sum);
            double total = 0, mean = 0;
            foreach (var sum in own)
            {
                double below = sum - highest;
                var share = DeterministicMath.Exp(below * factor);
                total += share;
                mean += share * below;
            }

            slope += weights[row] * (mean / total - (own[labels[row]] - highest));
        }

        return slope * factor + u / (Deviation * Deviation);
    }

    /// <summary>The sums before softmax [rows × classes].</summary>
    private static float[] Sums(NetworkSpecification network, ReadOnlySpan<float> parameters, ISampleSource samples, int[] rows, int[] labels)
    {
        var linear = new Network(network with { Output = OutputKind.Linear, Loss = LossKind.SquaredError, ClassWeights = null, LabelSmoothing = 0 });
        var packed = new PackedWeights(linear);
        linear.Pack(parameters, packed);
        var computer = new ShardComputer(linear, RowsAtOnce);
        var sums = new float[rows.Length * samples.Outputs];
        var inputs = new float[RowsAtOnce * samples.Inputs];
        for (var first = 0; first < rows.Length; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows.Length - first);
            samples.Gather(rows.AsSpan(first, count), inputs, labels.AsSpan(first, count), []);
            computer.Predict(parameters, packed, inputs.AsSpan(0, count * samples.Inputs), count, sums.AsSpan(first * samples.Outputs, count * samples.Outputs));
        }

        return sums;
    }
}
