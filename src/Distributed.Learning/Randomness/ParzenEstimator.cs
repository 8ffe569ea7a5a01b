using Distributed.Tensors.Mathematics;

namespace Distributed.Learning.Randomness;

/// <summary>
/// A density over the unit cube from observed points: one kernel a point, and a flat one. A continuous coordinate's kernel is a normal one, reflected
/// at 0 and 1; a choice's keeps its value with most of the weight. The building block of the tree-structured Parzen estimator.
/// </summary>
/// <remarks>
/// Source: J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl, "Algorithms for hyper-parameter optimization", 2011; joint kernels as in S. Falkner,
/// A. Klein, F. Hutter, "BOHB", 2018. Logarithm and exponential are the project's own and sums run in the order of the points, so the bits are the
/// same on every machine.
/// </remarks>
internal sealed class ParzenEstimator
{
    /// <summary>The kernel's width for one point and one dimension, as a share of the range; it shrinks with their number (D. Scott, 1992).</summary>
    private const double Width = 0.25, LeastWidth = 0.02;

    private readonly IReadOnlyList<double[]> _points;
    private readonly IReadOnlyList<int> _choices;
    private readonly double _width;
    private readonly double _otherChoice;

    /// <summary>Makes the density.</summary>
    /// <param name="points">Observed points [points × dimensions], coordinates in [0, 1].</param>
    /// <param name="choices">Per dimension the number of its choices, whose intervals are equal; 0 for a continuous one.</param>
    public ParzenEstimator(IReadOnlyList<double[]> points, IReadOnlyList<int> choices)
    {
        (_points, _choices) = (points, choices);
        var shrink = DeterministicMath.Exp(-DeterministicMath.Log(points.Count + 1.0) / (choices.Count + 4));
        _width = Math.Max(LeastWidth, Width * shrink);
        _otherChoice = 1.0 / (points.Count + 2);
    }

    /// <summary>Draws a point.</summary>
    /// <param name="stream">Random numbers.</param>
    public double[] Draw(RandomStream stream)
    {
        var from = stream.NextInt32(_points.Count + 1);
        var point = new double[_choices.Count];
        for (var d = 0; d < point.Length; d++)
        {
            if (from == _points.Count) point[d] = stream.NextDouble();
            else if (_choices[d] == 0) point[d] = Reflect(_points[from][d] + _width * stream.NextNormal());
            else point[d] = stream.NextDouble() < _otherChoice ? stream.NextDouble() : _points[from][d];
        }
        return point;
    }

    /// <summary>The logarithm of the density at a point.</summary>
    public double LogDensity(double[] point)
    {
        var sum = 1.0; // the flat kernel
        foreach (var centre in _points)
        {
            var product = 1.0;
            for (var d = 0; d < point.Length; d++) product *= _choices[d] == 0 ? Normal(point[d], centre[d]) : Choice(d, point[d], centre[d]);
            sum += product;
        }
        return DeterministicMath.Log(sum / (_points.Count + 1));
    }

    private double Normal(double x, double centre) => Bell(x - centre) + Bell(x + centre) + Bell(2 - x - centre);

    private double Bell(double distance)
    {
        var scaled = distance / _width;
        return DeterministicMath.Exp(-0.5 * scaled * scaled) / (_width * Math.Sqrt(2 * Math.PI));
    }

    /// <summary>As a density over the interval, like the other coordinates'.</summary>
    private double Choice(int dimension, double x, double centre)
    {
        var count = _choices[dimension];
        var other = _otherChoice / count;
        return count * (IndexOf(x, count) == IndexOf(centre, count) ? 1 - _otherChoice + other : other);
    }

    private static int IndexOf(double coordinate, int count) => Math.Min((int)(coordinate * count), count - 1);

    private static double Reflect(double x)
    {
        var folded = Math.Abs(x) % 2;
        var inside = folded > 1 ? 2 - folded : folded;
        return Math.Min(inside, 1 - 1.0 / (1L << 53));
    }
}
