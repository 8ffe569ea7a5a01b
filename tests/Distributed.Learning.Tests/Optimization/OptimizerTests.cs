using System.Numerics;
using Distributed.Learning.Optimization;
using Distributed.Learning.Randomness;

namespace Distributed.Learning.Tests.Optimization;

public class OptimizerTests
{
    public static TheoryData<OptimizerSpecification> Specifications()
    {
        var data = new TheoryData<OptimizerSpecification>();
        foreach (var kind in Enum.GetValues<OptimizerKind>())
        {
            data.Add(new OptimizerSpecification { Kind = kind, LearningRate = 0.05 });
            data.Add(new OptimizerSpecification { Kind = kind, LearningRate = 0.05, WeightDecay = 0.01 });
            data.Add(new OptimizerSpecification
            {
                Kind = kind,
                LearningRate = 0.1,
                WeightDecay = 0.1,
                GradientClip = 0.3,
                Momentum = 0.5,
                Beta1 = 0.8,
                Beta2 = 0.95,
                Epsilon = 1e-4,
            });
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Specifications))]
    public void Every_length_gives_the_bits_of_the_scalar_oracle(OptimizerSpecification specification)
    {
        var optimizer = Optimizer.Create(specification);
        foreach (var length in AwkwardLengths())
        {
            var run = new Run(optimizer, length);
            var weights = (float[])run.Weights.Clone();
            var first = new float[length];
            var second = new float[length];
            for (var step = 0L; step < 6; step++)
            {
                var gradient = Numbers(length, 100 + step, 40);
                var rate = (float)specification.LearningRate / (step + 1);
                Assert.True(run.Step(step, rate, 7, gradient));
                ScalarOptimizer.Update(specification, step, rate, 7, gradient, weights, first, second);
                AssertSameBits(weights, run.Weights);
                if (optimizer.StateVectors > 0)
                    AssertSameBits(first, run.State.AsSpan(0, length));
                if (optimizer.StateVectors > 1)
                    AssertSameBits(second, run.State.AsSpan(length, length));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Specifications))]
    public void Any_partition_into_ranges_gives_the_bits_of_one_update(OptimizerSpecification specification)
    {
        const int Length = 211;
        var optimizer = Optimizer.Create(specification);
        var whole = new Run(optimizer, Length);
        for (var step = 0L; step < 4; step++)
            whole.Step(step, 0.01f, 3, Numbers(Length, step, 10));

        for (var seed = 0L; seed < 20; seed++)
        {
            // Cuts at random places: blocks of any length, also empty ones.
            var stream = RandomStream.For(1, StreamPurpose.Generator, seed);
            var inner = Enumerable.Range(0, (int)(seed % 7)).Select(_ => stream.NextInt32(Length + 1));
            var cuts = inner.Append(0).Append(Length).Order().ToArray();
            for (var part = 0; part + 1 < cuts.Length; part++)
            {
                var range = cuts[part]..cuts[part + 1];
                var block = new Run(optimizer, Length, range);
                for (var step = 0L; step < 4; step++)
                    block.Step(step, 0.01f, 3, Numbers(Length, step, 10)[range]);
                AssertSameBits(whole.Weights[range], block.Weights);
                for (var vector = 0; vector < optimizer.StateVectors; vector++)
                {
                    var length = block.Weights.Length;
                    AssertSameBits(
                        whole.State.AsSpan(vector * Length, Length)[range], block.State.AsSpan(vector * length, length));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Specifications))]
    public void Parts_of_a_range_give_the_bits_of_one_update(OptimizerSpecification specification)
    {
        const int Length = 211;
        var optimizer = Optimizer.Create(specification);
        var whole = new Run(optimizer, Length);
        var parts = new Run(optimizer, Length);
        var stream = RandomStream.For(2, StreamPurpose.Generator);
        for (var step = 0L; step < 20; step++)
        {
            var gradient = Numbers(Length, step, 10);
            whole.Step(step, 0.01f, 3, gradient);
            for (int at = 0, count; at < Length; at += count)
            {
                count = Math.Min(Length - at, stream.NextInt32(100));
                var weights = parts.Weights.AsSpan(at, count);
                Assert.True(optimizer.UpdatePart(step, 0.01f, 3, gradient.AsSpan(at, count), default, weights, weights, parts.State, at));
            }
            AssertSameBits(whole.Weights, parts.Weights);
            AssertSameBits(whole.State, parts.State);
        }
    }

    [Theory]
    [MemberData(nameof(Specifications))]
    public void The_rules_follow_PyTorchs_definitions(OptimizerSpecification specification)
    {
        const int Length = 50;
        var run = new Run(Optimizer.Create(specification), Length);
        var weights = Array.ConvertAll(run.Weights, w => (double)w);
        var first = new double[Length];
        var second = new double[Length];
        for (var step = 0L; step < 100; step++)
        {
            var gradient = Numbers(Length, 500 + step, 10);
            run.Step(step, (float)specification.LearningRate, 12.5, gradient);
            ScalarOptimizer.UpdateInDouble(specification, step, specification.LearningRate, 12.5, gradient, weights, first, second);
        }

        for (var i = 0; i < Length; i++)
            Assert.Equal(weights[i], run.Weights[i], 2e-5 * (1 + Math.Abs(weights[i])));
    }

    [Theory]
    [MemberData(nameof(Specifications))]
    public void A_gradient_in_two_addends_gives_the_bits_of_their_sum(OptimizerSpecification specification)
    {
        var optimizer = Optimizer.Create(specification);
        foreach (var length in AwkwardLengths())
        {
            var (run, apart) = (new Run(optimizer, length), new Run(optimizer, length));
            for (var step = 0L; step < 3; step++)
            {
                var (lower, upper) = (Numbers(length, 100 + step, 40), Numbers(length, 200 + step, 1e-3f));
                Assert.True(run.Step(step, 0.1f, 7, [.. lower.Zip(upper, (a, b) => a + b)]));
                Assert.True(optimizer.Update(step, 0.1f, 7, lower, upper, apart.Weights, apart.Weights, apart.State));
                AssertSameBits(run.Weights, apart.Weights);
                AssertSameBits(run.State, apart.State);
            }
        }
    }

    [Fact]
    public void Writing_elsewhere_leaves_the_old_weights_and_gives_the_same_bits()
    {
        var optimizer = Optimizer.Create(new OptimizerSpecification { Kind = OptimizerKind.AdamW, WeightDecay = 0.1 });
        var inPlace = new Run(optimizer, 37);
        var old = (float[])inPlace.Weights.Clone();
        var kept = (float[])old.Clone();
        var updated = new float[37];
        inPlace.Step(0, 0.1f, 2, Numbers(37, 5, 3));
        optimizer.Update(0, 0.1f, 2, Numbers(37, 5, 3), old, updated, new float[74]);
        AssertSameBits(inPlace.Weights, updated);
        AssertSameBits(kept, old);
    }

    [Theory]
    [MemberData(nameof(Specifications))]
    public void A_weight_that_is_not_finite_is_reported_wherever_it_lies(OptimizerSpecification specification)
    {
        foreach (var length in new[] { 1, Vector<float>.Count, 3 * Vector<float>.Count + 1 })
            for (var bad = 0; bad < length; bad++)
            {
                var run = new Run(Optimizer.Create(specification), length);
                var gradient = Numbers(length, 1, 1);
                gradient[bad] = float.NaN; // also through the clip
                Assert.False(run.Step(0, 0.1f, 1, gradient));
                Assert.True(float.IsNaN(run.Weights[bad]));
                Assert.Equal(length - 1, run.Weights.Count(float.IsFinite));

                run = new Run(Optimizer.Create(specification), length);
                run.Weights[bad] = float.NegativeInfinity;
                Assert.False(run.Step(0, 0.1f, 1, Numbers(length, 1, 1)));
            }
    }

    [Fact]
    public void The_clip_cuts_each_element_of_the_mean_and_not_of_the_sum()
    {
        var optimizer = Optimizer.Create(new OptimizerSpecification { Kind = OptimizerKind.Sgd, GradientClip = 1 });
        var updated = new float[4];
        optimizer.Update(0, 1, 10, [5f, 20f, -30f, float.PositiveInfinity], new float[4], updated, []);
        Assert.Equal([-0.5f, -1, 1, -1], updated);
    }

    [Fact]
    public void An_update_allocates_nothing()
    {
        foreach (var kind in Enum.GetValues<OptimizerKind>())
        {
            var run = new Run(Optimizer.Create(new OptimizerSpecification { Kind = kind }), 1003);
            var gradient = Numbers(1003, 1, 1);
            run.Step(0, 0.1f, 1, gradient);
            var before = GC.GetAllocatedBytesForCurrentThread();
            run.Step(1, 0.1f, 1, gradient);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_and_impossible_divisors_are_refused()
    {
        var optimizer = Optimizer.Create(new OptimizerSpecification { Kind = OptimizerKind.Momentum });
        Assert.Throws<ArgumentException>(() => optimizer.Update(0, 1, 1, new float[3], new float[4], new float[3], new float[3]));
        Assert.Throws<ArgumentException>(() => optimizer.Update(0, 1, 1, new float[3], new float[2], new float[3], new float[3], new float[3]));
        Assert.Throws<ArgumentException>(() => optimizer.Update(0, 1, 1, new float[3], new float[3], new float[2], new float[3]));
        Assert.Throws<ArgumentException>(() => optimizer.Update(0, 1, 1, new float[3], new float[3], new float[3], new float[6]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => optimizer.Update(-1, 1, 1, new float[3], new float[3], new float[3], new float[3]));
        foreach (var divisor in new[] { 0, -1, double.NaN })
            Assert.Throws<ArgumentOutOfRangeException>(
                () => optimizer.Update(0, 1, divisor, new float[3], new float[3], new float[3], new float[3]));
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, 0)]
    [InlineData(OptimizerKind.Momentum, 1)]
    [InlineData(OptimizerKind.Nesterov, 1)]
    [InlineData(OptimizerKind.Adam, 2)]
    [InlineData(OptimizerKind.AdamW, 2)]
    public void The_rules_keep_so_many_vectors(OptimizerKind kind, int vectors) =>
        Assert.Equal(vectors, Optimizer.Create(new OptimizerSpecification { Kind = kind }).StateVectors);

    private static IEnumerable<int> AwkwardLengths()
    {
        var width = Vector<float>.Count;
        return Enumerable.Range(0, 2 * width + 2).Concat([4 * width - 1, 4 * width, 4 * width + 1, 97, 1009]).Distinct();
    }

    private static float[] Numbers(int length, long key, double spread)
    {
        var stream = RandomStream.For(2, StreamPurpose.Generator, key, 1);
        return Enumerable.Range(0, length).Select(_ => (float)((stream.NextDouble() - 0.5) * spread)).ToArray();
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"element {i} of {expected.Length}: expected {expected[i]:R}, found {actual[i]:R}");
    }

    /// <summary>A range of the parameters with its state, as a block holds it.</summary>
    private sealed class Run(Optimizer optimizer, int length, Range? range = null)
    {
        public float[] Weights { get; } = Numbers(length, 1, 2)[range ?? Range.All];

        public float[] State { get; } = new float[optimizer.StateVectors * (range ?? Range.All).GetOffsetAndLength(length).Length];

        public bool Step(long step, float rate, double divisor, float[] gradientSum) =>
            optimizer.Update(step, rate, divisor, gradientSum, Weights, Weights, State);
    }
}
