using System.Runtime.InteropServices;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Lanes;

namespace Distributed.Learning.Tests.Networks;

public sealed class GradientBitsTests
{
    public static TheoryData<string, int> Cases()
    {
        var data = new TheoryData<string, int>();
        string[] shapes = ["1-1", "1-2", "3-1-2", "2-3-5-1", "7-13-2", "30-64-32-2", "17-16-15-10", "16-31-33-17", "5-97-48-3"];
        int[] rows = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47];
        foreach (var shape in shapes)
        {
            foreach (var row in rows) data.Add(shape, row);
        }

        // Edges of the depth and row blocks.
        data.Add("255-257-4", 3);
        data.Add("319-321-2", 20);
        data.Add("641-5-2", 17);
        data.Add("6-205-7", 321);
        data.Add("433-110-96-3", 450);
        data.Add("288-38-3", 33);
        data.Add("289-49-5", 35);
        data.Add("23-577-2", 289);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_width_gives_the_bits_of_the_scalar_loops(string shape, int rows)
    {
        foreach (var specification in Variants(shape))
        {
            HasTheBitsOfTheScalarLoops(specification, shape, rows, isWeighted: false);
            HasTheBitsOfTheScalarLoops(specification, shape, rows, isWeighted: true);
        }
    }

    private static void HasTheBitsOfTheScalarLoops(NetworkSpecification specification, string shape, int rows, bool isWeighted)
    {
        const int seed = 7;
        var network = new Network(specification);
        var random = new Random(rows * 31 + seed);
        var parameters = Floats(random, network.Layout.Count, 0.4f);
        var inputs = Floats(random, rows * specification.Inputs, 2);
        var labels = specification.IsClassification ? Enumerable.Range(0, rows).Select(_ => random.Next(specification.Outputs)).ToArray() : null;
        var targets = specification.IsClassification ? null : Floats(random, rows * specification.Outputs, 2);
        var weights = isWeighted ? Array.ConvertAll(Floats(random, rows, 1), weight => 2.5f * (weight + 1.01f)) : null;
        var (expected, loss) = new NaiveNetwork(specification).Gradient(parameters, inputs, labels, targets, rows, null, weights);

        foreach (var width in Enum.GetValues<KernelWidth>())
        {
            var computer = new ShardComputer(network, rows, width);
            var gradient = new float[network.Layout.Count];
            for (var shards = 1; shards <= 2; shards++)
            {
                // Packed ahead for several shards, on the way for one.
                var packed = new PackedWeights(network, shards);
                network.Pack(parameters, packed);
                var batch = (labels is not null ? new Samples(inputs, labels, rows) : new Samples(inputs, targets, rows)) with { Weights = weights };
                var metrics = computer.ComputeGradient(parameters, packed, batch, default, gradient);
                var what = $"{shape}, {rows} rows, {specification.Activation}, {specification.Loss}, {width}, weighted: {isWeighted}, seed {seed}";
                AssertSameBits(expected, gradient, what);
                Assert.True(BitConverter.DoubleToInt64Bits(loss) == BitConverter.DoubleToInt64Bits(metrics.LossSum), what);
                Assert.False(metrics.HasBadShard);
            }
        }
    }

    internal static NetworkSpecification Shape(string shape)
    {
        var sizes = shape.Split('-').Select(int.Parse).ToArray();
        return new NetworkSpecification { Inputs = sizes[0], Hidden = sizes[1..^1], Outputs = sizes[^1] };
    }

    internal static float[] Floats(Random random, int count, float scale)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = (random.NextSingle() * 2 - 1) * scale;
        return values;
    }

    internal static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        if (MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(actual))) return;
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]),
                $"{what}: element {i} is {actual[i]:R} instead of {expected[i]:R}");
        }
    }

    private static IEnumerable<NetworkSpecification> Variants(string shape)
    {
        var specification = Shape(shape);
        if (specification.Outputs > 1)
        {
            yield return specification;
            yield return specification with { Activation = Activation.Gelu, LabelSmoothing = 0.1 };
            var weights = Enumerable.Range(1, specification.Outputs).Select(i => 0.3 * i).ToArray();
            yield return specification with { Activation = Activation.Sigmoid, ClassWeights = weights, LabelSmoothing = 0.2 };
        }

        var regression = specification with { Output = OutputKind.Linear, Loss = LossKind.SquaredError };
        yield return regression with { Activation = Activation.Tanh };
        yield return regression with { Activation = Activation.LeakyRelu, Loss = LossKind.Huber, HuberDelta = 0.7 };
        yield return regression with { Activation = Activation.Identity };
    }
}
