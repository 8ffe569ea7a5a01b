using Distributed.Tensors.Mathematics;

namespace Distributed.Tensors.Tests;

public sealed class DeterministicMathTests
{
    private const int Seed = 5;

    [Fact]
    public void Float_functions_err_by_a_few_units_in_the_last_place()
    {
        AssertClose(-103, 88.7, DeterministicMath.Exp, Math.Exp, 2);
        AssertClose(-1, 1, DeterministicMath.Exp, Math.Exp, 2);
        AssertClose(1e-38, 10, DeterministicMath.Log, Math.Log, 2);
        AssertClose(0, 1e30, DeterministicMath.Log, Math.Log, 2);
        AssertClose(0.5, 2, DeterministicMath.Log, Math.Log, 3);
        AssertClose(-10, 10, DeterministicMath.Tanh, Math.Tanh, 3);
        AssertClose(-0.7, 0.7, DeterministicMath.Tanh, Math.Tanh, 3);
        AssertClose(-80, 80, DeterministicMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), 4);
        AssertClose(-5, 5, DeterministicMath.Erf, DeterministicMath.Erf, 3);
        AssertClose(-1, 1, DeterministicMath.Erf, DeterministicMath.Erf, 3);
    }

    [Fact]
    public void Double_functions_err_by_a_few_units_in_the_last_place()
    {
        AssertCloseDouble(-740, 709, DeterministicMath.Exp, Math.Exp, 3);
        AssertCloseDouble(-1, 1, DeterministicMath.Exp, Math.Exp, 3);
        AssertCloseDouble(0, 1e300, DeterministicMath.Log, Math.Log, 3);
        AssertCloseDouble(0.3, 3, DeterministicMath.Log, Math.Log, 3);
        AssertCloseDouble(-20, 20, DeterministicMath.Tanh, Math.Tanh, 4);
        AssertCloseDouble(-1.1, 1.1, DeterministicMath.Tanh, Math.Tanh, 4);
        AssertCloseDouble(-40, 40, DeterministicMath.Sigmoid, x => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)), 4);
        AssertCloseDouble(-7, 7, DeterministicMath.Sin, Math.Sin, 3);
        AssertCloseDouble(-7, 7, DeterministicMath.Cos, Math.Cos, 3);
        AssertCloseDouble(-100000, 100000, DeterministicMath.Sin, Math.Sin, 3);
        AssertCloseDouble(-100000, 100000, DeterministicMath.Cos, Math.Cos, 3);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0.1124629160182849)]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(1, 0.8427007929497149)]
    [InlineData(2, 0.9953222650189527)]
    [InlineData(3, 0.9999779095030014)]
    [InlineData(7, 1)]
    public void The_error_function_has_its_known_values(double x, double erf)
    {
        Assert.Equal(erf, DeterministicMath.Erf(x), 5e-16);
        Assert.Equal(-erf, DeterministicMath.Erf(-x), 5e-16);
    }

    [Fact]
    public void Special_values_are_kept()
    {
        Assert.Equal(0f, DeterministicMath.Exp(float.NegativeInfinity));
        Assert.Equal(float.PositiveInfinity, DeterministicMath.Exp(float.PositiveInfinity));
        Assert.Equal(1f, DeterministicMath.Exp(0f));
        Assert.Equal(float.NegativeInfinity, DeterministicMath.Log(0f));
        Assert.Equal(float.PositiveInfinity, DeterministicMath.Log(float.PositiveInfinity));
        Assert.Equal(0f, DeterministicMath.Log(1f));
        Assert.Equal(-103.27893f, DeterministicMath.Log(float.Epsilon), 3);
        Assert.Equal(1f, DeterministicMath.Tanh(float.PositiveInfinity));
        Assert.Equal(-1f, DeterministicMath.Erf(float.NegativeInfinity));
        Assert.Equal(0f, DeterministicMath.Sigmoid(float.NegativeInfinity));
        float[] bad = [DeterministicMath.Log(-1f), .. new Func<float, float>[] { DeterministicMath.Exp, DeterministicMath.Log, DeterministicMath.Tanh, DeterministicMath.Sigmoid, DeterministicMath.Erf }.Select(f => f(float.NaN))];
        Assert.All(bad, value => Assert.True(float.IsNaN(value)));
        Assert.True(double.IsNaN(DeterministicMath.Sin(double.PositiveInfinity)));
        Assert.True(double.IsNaN(DeterministicMath.Exp(double.NaN)));
        Assert.Equal(double.NegativeInfinity, DeterministicMath.Log(0.0));
    }

    [Fact]
    public void Powers_are_products()
    {
        Assert.Equal(1024, DeterministicMath.Pow(2.0, 10));
        Assert.Equal(1, DeterministicMath.Pow(0.0, 0));
        Assert.Equal(0.125, DeterministicMath.Pow(2.0, -3));
        Assert.Equal(Math.Pow(0.999, 12345), DeterministicMath.Pow(0.999, 12345), 15);
        Assert.Equal(0, DeterministicMath.Pow(0.9, long.MaxValue));
    }

    private static void AssertClose(double from, double to, Func<float, float> function, Func<double, double> reference, double units)
    {
        var random = new Random(Seed);
        for (var i = 0; i < 200_000; i++)
        {
            var x = (float)(from + random.NextDouble() * (to - from));
            var expected = reference(x);
            var unit = Math.Max(MathF.BitIncrement((float)Math.Abs(expected)) - (double)(float)Math.Abs(expected), float.Epsilon);
            Assert.True(Math.Abs(function(x) - expected) <= units * unit, $"f({x:R}) = {function(x):R} instead of {expected:R}, seed {Seed}");
        }
    }

    private static void AssertCloseDouble(double from, double to, Func<double, double> function, Func<double, double> reference, double units)
    {
        var random = new Random(Seed);
        for (var i = 0; i < 200_000; i++)
        {
            var x = from + random.NextDouble() * (to - from);
            var expected = reference(x);

            // Near a zero of the sine the argument's own rounding is the scale.
            var unit = Math.BitIncrement(Math.Max(Math.Abs(expected), 1e-300)) - Math.Max(Math.Abs(expected), 1e-300);
            Assert.True(Math.Abs(function(x) - expected) <= units * unit, $"f({x:R}) = {function(x):R} instead of {expected:R}, seed {Seed}");
        }
    }
}
