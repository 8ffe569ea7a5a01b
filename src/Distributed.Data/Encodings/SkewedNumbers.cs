using Distributed.Tensors.Mathematics;

namespace Distributed.Data.Encodings;

/// <summary>
/// Version 4: which columns are learned as logarithms. Positive numbers whose distribution has a long tail upwards, as prices, incomes and counts
/// of things have: their skewness over the training rows is above 2, and that of their logarithms is less than half of it. Measured by the
/// benchmark <c>ranks</c>.
/// </summary>
internal static class SkewedNumbers
{
    /// <summary>Below so many rows a skewness says little.</summary>
    public const int FewestRows = 30;

    /// <summary>What is more than so many times the highest number of the training rows is read as that.</summary>
    public const double Reach = 1_000;

    private const double Skewed = 2, Straightened = 0.5;

    /// <summary>The logarithms of numbers that are learned so.</summary>
    /// <param name="numbers">[rows] the present numbers of the training rows.</param>
    /// <returns>[rows]; null when the numbers themselves are learned.</returns>
    public static double[]? Logarithms(double[] numbers)
    {
        if (numbers.Length < FewestRows || numbers.Min() <= 0 || !(Skewness(numbers) is { } skewness && skewness > Skewed))
            return null;
        var logarithms = Array.ConvertAll(numbers, DeterministicMath.Log);
        return Skewness(logarithms) is { } left && Math.Abs(left) < skewness * Straightened ? logarithms : null;
    }

    /// <summary>The third standardised moment, Σ((x − mean) / scale)³ / n, in row order; null for numbers that do not vary.</summary>
    private static double? Skewness(double[] numbers)
    {
        if (ColumnStatistics.Of(numbers, [.. Enumerable.Range(0, numbers.Length)]) is not { } statistics)
            return null;
        var sum = 0.0;
        foreach (var number in numbers)
        {
            var z = (number - statistics.Mean) / statistics.Scale;
            sum += z * z * z;
        }

        return sum / numbers.Length;
    }
}
