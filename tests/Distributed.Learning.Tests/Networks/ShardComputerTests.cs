using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Lanes;

namespace Distributed.Learning.Tests.Networks;

public sealed class ShardComputerTests
{
    private static readonly NetworkSpecification Classifier = new() { Inputs = 9, Hidden = [20, 17], Outputs = 4 };

    [Fact]
    public void A_step_allocates_nothing()
    {
        var (network, packed, parameters, inputs, labels) = Prepare(Classifier, 33);
        var computer = new ShardComputer(network, 33);
        var gradient = new float[network.Layout.Count];
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++)
            {
                network.Pack(parameters, packed);
                computer.ComputeGradient(parameters, packed, new Samples(inputs, labels, 33), default, gradient);
                computer.Evaluate(parameters, packed, new Samples(inputs, labels, 33));
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.Equal(0, Allocated());
    }

    [Fact]
    public void Dropout_depends_on_its_key_and_on_nothing_else()
    {
        foreach (var activation in new[] { Activation.Relu, Activation.Tanh })
        {
            var (network, packed, parameters, inputs, labels) = Prepare(Classifier with { Dropout = 0.4, Activation = activation }, 21);
            float[] Gradient(KernelWidth width, DropoutKey key)
            {
                var gradient = new float[network.Layout.Count];
                new ShardComputer(network, 64, width).ComputeGradient(parameters, packed, new Samples(inputs, labels, 21), key, gradient);
                return gradient;
            }

            var first = Gradient(KernelWidth.Scalar, new DropoutKey(1, 2, 3));
            foreach (var width in Enum.GetValues<KernelWidth>())
            {
                GradientBitsTests.AssertSameBits(first, Gradient(width, new DropoutKey(1, 2, 3)), $"{activation}, {width}");
            }

            Assert.NotEqual(first, Gradient(KernelWidth.Scalar, new DropoutKey(9, 2, 3)));
            Assert.NotEqual(first, Gradient(KernelWidth.Scalar, new DropoutKey(1, 9, 3)));
            Assert.NotEqual(first, Gradient(KernelWidth.Scalar, new DropoutKey(1, 2, 9)));
        }
    }

    [Fact]
    public unsafe void Dropout_gives_the_bits_of_the_scalar_loops_and_keeps_the_share_that_it_should()
    {
        var specification = Classifier with { Dropout = 0.25, Activation = Activation.Gelu, Hidden = [200, 170] };
        var (network, packed, parameters, inputs, labels) = Prepare(specification, 40);
        var key = new DropoutKey(4, 5, 6);
        var mask = new DropoutMask(network, 40);
        mask.Draw(key, 40);
        var factors = new float[2][];
        for (var layer = 0; layer < 2; layer++)
        {
            var width = specification.Hidden[layer];
            factors[layer] = new float[40 * width];
            for (var row = 0; row < 40; row++)
            {
                for (var neuron = 0; neuron < width; neuron++)
                    factors[layer][row * width + neuron] = mask.Layer(layer)[(row / 16 * width + neuron) * 16 + row % 16];
            }

            Assert.All(factors[layer], factor => Assert.True(factor == 0 || factor == (float)(1 / 0.75)));
            Assert.InRange(factors[layer].Count(factor => factor == 0) / (double)factors[layer].Length, 0.22, 0.28);
        }

        var (expected, loss) = new NaiveNetwork(specification).Gradient(parameters, inputs, labels, null, 40, factors);
        var gradient = new float[network.Layout.Count];
        var metrics = new ShardComputer(network, 40).ComputeGradient(parameters, packed, new Samples(inputs, labels, 40), key, gradient);
        GradientBitsTests.AssertSameBits(expected, gradient, "dropout");
        Assert.Equal(loss, metrics.LossSum);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(3e38f)]
    public void A_shard_whose_loss_or_gradient_is_not_finite_reports_its_number(float bad)
    {
        foreach (var specification in new[] { Classifier, Classifier with { Output = OutputKind.Linear, Loss = LossKind.SquaredError, Outputs = 2 } })
        {
            foreach (var place in new[] { 0, 9 * 17 + 3, 9 * 33 - 1 })
            {
                var (network, packed, parameters, inputs, labels) = Prepare(specification, 33);
                var targets = new float[33 * specification.Outputs];
                inputs[place] = bad;
                var batch = specification.IsClassification ? new Samples(inputs, labels, 33) : new Samples(inputs, targets, 33);
                var gradient = new float[network.Layout.Count];
                var metrics = new ShardComputer(network, 33).ComputeGradient(parameters, packed, batch, new DropoutKey(0, 0, 7), gradient);

                // A huge input may leave everything finite; infinity and NaN may not.
                var finite = double.IsFinite(metrics.LossSum) && gradient.All(float.IsFinite);
                Assert.Equal(finite ? int.MaxValue : 7, metrics.FirstBadShard);
                Assert.True(float.IsFinite(bad) || !finite);
            }
        }
    }

    [Fact]
    public void No_samples_have_no_gradient()
    {
        var (network, packed, parameters, _, _) = Prepare(Classifier, 1);
        var gradient = GradientBitsTests.Floats(new Random(1), network.Layout.Count, 1);
        var metrics = new ShardComputer(network, 1).ComputeGradient(parameters, packed, new Samples([], ReadOnlySpan<int>.Empty, 0), default, gradient);
        Assert.Equal(default, metrics);
        Assert.All(gradient, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Predictions_are_probabilities_and_agree_with_the_evaluation()
    {
        var (network, packed, parameters, inputs, labels) = Prepare(Classifier, 50);
        var computer = new ShardComputer(network, 64);
        var outputs = new float[50 * 4];
        computer.Predict(parameters, packed, inputs, 50, outputs);
        var metrics = computer.Evaluate(parameters, packed, new Samples(inputs, labels, 50));
        var correct = 0;
        var loss = 0.0;
        for (var row = 0; row < 50; row++)
        {
            var probabilities = outputs.AsSpan(row * 4, 4);
            Assert.Equal(1, probabilities.ToArray().Sum(), 1e-6);
            loss -= Math.Log(probabilities[labels[row]]);
            if (probabilities[labels[row]] == probabilities.ToArray().Max()) correct++;
        }

        Assert.Equal(correct, metrics.Correct);
        Assert.Equal(50, metrics.Samples);
        Assert.Equal(loss, metrics.LossSum, 1e-4);
    }

    [Fact]
    public void Wrong_lengths_labels_and_networks_are_refused()
    {
        var (network, packed, parameters, inputs, labels) = Prepare(Classifier, 3);
        var computer = new ShardComputer(network, 3);
        var gradient = new float[network.Layout.Count];
        Assert.Throws<ArgumentException>(() => computer.ComputeGradient(parameters.AsSpan(1), packed, new Samples(inputs, labels, 3), default, gradient));
        Assert.Throws<ArgumentException>(() => computer.ComputeGradient(parameters, packed, new Samples(inputs.AsSpan(1), labels, 3), default, gradient));
        Assert.Throws<ArgumentException>(() => computer.ComputeGradient(parameters, packed, new Samples(inputs, labels, 3), default, gradient.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => computer.ComputeGradient(parameters, packed, new Samples(inputs, labels.AsSpan(1), 3), default, gradient));
        Assert.Throws<ArgumentException>(() => computer.ComputeGradient(parameters, packed, new Samples(inputs, [0, 1, 4], 3), default, gradient));
        Assert.Throws<ArgumentException>(() => computer.ComputeGradient(parameters, packed, new Samples(new float[36], [0, 1, 2, 3], 4), default, gradient));
        Assert.Throws<ArgumentException>(() => computer.ComputeGradient(parameters, new PackedWeights(new Network(Classifier)), new Samples(inputs, labels, 3), default, gradient));
    }

    private static (Network Network, PackedWeights Packed, float[] Parameters, float[] Inputs, int[] Labels) Prepare(NetworkSpecification specification, int rows)
    {
        var network = new Network(specification);
        var random = new Random(rows);
        var parameters = new float[network.Layout.Count];
        network.Initialize(1, parameters);
        var packed = new PackedWeights(network);
        network.Pack(parameters, packed);
        var inputs = GradientBitsTests.Floats(random, rows * specification.Inputs, 2);
        return (network, packed, parameters, inputs, Enumerable.Range(0, rows).Select(_ => random.Next(specification.Outputs)).ToArray());
    }
}
