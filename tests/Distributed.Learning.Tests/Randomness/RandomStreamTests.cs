using System.Numerics;
using Distributed.Learning.Randomness;

namespace Distributed.Learning.Tests.Randomness;

public class RandomStreamTests
{
    [Theory]
    [InlineData(0UL, StreamPurpose.Initialization, 0, 0)]
    [InlineData(42UL, StreamPurpose.Dropout, 17, 3)]
    [InlineData(ulong.MaxValue, StreamPurpose.Generator, -1, long.MaxValue)]
    public void The_stream_is_xoshiro256_starstar_seeded_by_splitmix64(ulong seed, StreamPurpose purpose, long a, long b)
    {
        // The published algorithms, written out: what MathNet's constructor and NextBytes must amount to.
        var state = unchecked((ulong)(int)(StreamKey.Of(seed, purpose, a, b) >> 32));
        var s = new ulong[4];
        for (var i = 0; i < 4; i++)
        {
            state += StreamKey.Golden;
            s[i] = StreamKey.Mix(state);
        }

        var stream = RandomStream.For(seed, purpose, a, b);
        for (var i = 0; i < 1000; i++)
        {
            var expected = BitOperations.RotateLeft(s[1] * 5, 7) * 9;
            var t = s[1] << 17;
            s[2] ^= s[0];
            s[3] ^= s[1];
            s[1] ^= s[2];
            s[0] ^= s[3];
            s[2] ^= t;
            s[3] = BitOperations.RotateLeft(s[3], 45);
            Assert.Equal(expected, stream.NextUInt64());
        }
    }

    [Fact]
    public void Golden_values_stay()
    {
        var stream = RandomStream.For(1, StreamPurpose.Initialization, 2, 3);
        ulong[] outputs = [14679356600104947576, 17026379188429598729, 4819217651157200460];
        Assert.Equal(outputs, outputs.Select(_ => stream.NextUInt64()));
        string[] normals = ["bfe707be248a2428", "bfed02a5428accb0", "bffe2f0bd941fd37"];
        Assert.Equal(normals, normals.Select(_ => BitConverter.DoubleToInt64Bits(stream.NextNormal()).ToString("x16")));
    }

    [Fact]
    public void The_same_arguments_give_the_same_numbers_and_any_other_argument_gives_others()
    {
        ulong First(ulong seed, StreamPurpose purpose, long a, long b) => RandomStream.For(seed, purpose, a, b).NextUInt64();

        var all = new List<ulong>();
        for (var seed = 0UL; seed < 8; seed++)
            foreach (var purpose in Enum.GetValues<StreamPurpose>())
                for (var a = 0; a < 8; a++)
                    for (var b = 0; b < 8; b++)
                    {
                        all.Add(First(seed, purpose, a, b));
                        Assert.Equal(all[^1], First(seed, purpose, a, b));
                    }

        Assert.Equal(all.Count, all.Distinct().Count());
    }

    [Fact]
    public void Doubles_lie_in_the_half_open_unit_interval_and_are_uniform()
    {
        var stream = RandomStream.For(7, StreamPurpose.Split);
        var buckets = new int[16];
        const int Draws = 160_000;
        for (var i = 0; i < Draws; i++)
        {
            var x = stream.NextDouble();
            Assert.InRange(x, 0, 1 - 1.0 / (1L << 53));
            buckets[(int)(x * buckets.Length)]++;
        }

        Assert.InRange(ChiSquared(buckets, Draws), 2, 45); // 15 degrees of freedom: 99.99 % below 45
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Bounded_integers_are_uniform(int bound)
    {
        var stream = RandomStream.For(11, StreamPurpose.Split, bound);
        var buckets = new int[bound];
        var draws = 500 * bound;
        for (var i = 0; i < draws; i++)
            buckets[stream.NextInt32(bound)]++;
        var freedom = bound - 1;
        Assert.InRange(ChiSquared(buckets, draws), 0, freedom + 5 * Math.Sqrt(2 * freedom) + 10);
    }

    [Fact]
    public void A_bound_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomStream.For(0, StreamPurpose.Split).NextInt32(0));

    [Fact]
    public void The_largest_bound_is_reached_without_bias_towards_a_half()
    {
        var stream = RandomStream.For(3, StreamPurpose.Split);
        var upper = 0;
        for (var i = 0; i < 10_000; i++)
            if (stream.NextInt32(int.MaxValue) >= int.MaxValue / 2)
                upper++;
        Assert.InRange(upper, 4_750, 5_250);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_and_the_tails_of_the_standard_normal_distribution()
    {
        var stream = RandomStream.For(5, StreamPurpose.Initialization);
        const int Draws = 200_000;
        var powers = new double[5];
        var beyond = new int[4];
        for (var i = 0; i < Draws; i++)
        {
            var x = stream.NextNormal();
            for (var power = 1; power <= 4; power++)
                powers[power] += Math.Pow(x, power) / Draws;
            for (var bound = 1; bound <= 3; bound++)
                if (Math.Abs(x) > bound)
                    beyond[bound]++;
        }

        // Each within about five standard errors.
        Assert.Equal(0, powers[1], 0.012);
        Assert.Equal(1, powers[2], 0.016);
        Assert.Equal(0, powers[3], 0.045);
        Assert.Equal(3, powers[4], 0.11);
        Assert.Equal(0.3173, (double)beyond[1] / Draws, 0.0055);
        Assert.Equal(0.0455, (double)beyond[2] / Draws, 0.0025);
        Assert.Equal(0.0027, (double)beyond[3] / Draws, 0.0006);
    }

    [Fact]
    public void A_normal_number_is_Box_and_Mullers_formula_of_two_outputs()
    {
        var uniform = RandomStream.For(6, StreamPurpose.Initialization);
        var normal = RandomStream.For(6, StreamPurpose.Initialization);
        for (var i = 0; i < 10_000; i++)
        {
            var expected = Math.Sqrt(-2 * Math.Log(1 - uniform.NextDouble())) * Math.Cos(2 * Math.PI * uniform.NextDouble());
            Assert.Equal(expected, normal.NextNormal(), 1e-14 * (1 + Math.Abs(expected)));
        }
    }

    internal static double ChiSquared(int[] buckets, int draws)
    {
        var expected = (double)draws / buckets.Length;
        return buckets.Sum(count => (count - expected) * (count - expected) / expected);
    }
}
