using System.Numerics;
using System.Text.Json;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Learning.Randomness;
using Distributed.Tensors.Elements;

namespace Distributed.Learning.Tests.Reference;

/// <summary>
/// Three short trainings, step by step beside PyTorch: network, loss, gradient, update and schedule at once. The losses in
/// <c>reference_losses.json</c> were made by <c>reference_runs.py</c>, in double precision; data and weights come from the same integer
/// formula in both.
/// </summary>
public class ReferenceRunTests
{
    private const int Steps = 50;

    [Fact]
    public void A_classifier_with_momentum_loses_what_PyTorchs_loses()
    {
        var inputs = Numbers(1, 192 * 20);
        Compare("classifierWithMomentum", new Job
        {
            Network = new() { Inputs = 20, Hidden = [32, 16], Outputs = 5, Activation = Activation.Relu },
            Optimizer = new() { Kind = OptimizerKind.Momentum, LearningRate = 0.125, Momentum = 0.9, WeightDecay = 0.001 },
            Inputs = inputs,
            Labels = Labels(192, 5, inputs),
            Rows = 192,
            Batch = 48,
        });
    }

    [Fact]
    public void A_classifier_with_Adam_class_weights_and_smoothing_loses_what_PyTorchs_loses()
    {
        var inputs = Numbers(1, 150 * 12);
        Compare("classifierWithAdam", new Job
        {
            Network = new()
            {
                Inputs = 12,
                Hidden = [24],
                Outputs = 4,
                Activation = Activation.Tanh,
                ClassWeights = [1, 2, 0.5, 1.5],
                LabelSmoothing = 0.125,
            },
            Optimizer = new() { Kind = OptimizerKind.Adam, LearningRate = 0.01 },
            Inputs = inputs,
            Labels = Labels(150, 4, inputs),
            Rows = 150,
            Batch = 37,
        });
    }

    [Fact]
    public void A_regression_with_AdamW_Huber_clipping_and_a_cosine_loses_what_PyTorchs_loses()
    {
        var inputs = Numbers(1, 128 * 8);
        var targets = new float[128 * 2];
        for (var row = 0; row < 128; row++)
        {
            double X(int feature) => inputs[row * 8 + feature];
            targets[row * 2] = (float)(X(0) * X(1) + X(2));
            targets[row * 2 + 1] = (float)((X(3) - 0.5 * X(4)) * 2);
        }

        Compare("regression", new Job
        {
            Network = new()
            {
                Inputs = 8,
                Hidden = [16, 16],
                Outputs = 2,
                Activation = Activation.Gelu,
                Output = OutputKind.Linear,
                Loss = LossKind.Huber,
                HuberDelta = 0.75,
            },
            Optimizer = new() { Kind = OptimizerKind.AdamW, LearningRate = 0.02, WeightDecay = 0.05, GradientClip = 0.0625 },
            Schedule = new() { Kind = ScheduleKind.Cosine, MinimumLearningRate = 0.001 },
            Inputs = inputs,
            Targets = targets,
            Rows = 128,
            Batch = 32,
        });
    }

    private static void Compare(string name, Job job)
    {
        using var stream = typeof(ReferenceRunTests).Assembly.GetManifestResourceStream("reference_losses.json")!;
        var expected = JsonDocument.Parse(stream).RootElement.GetProperty(name).EnumerateArray().Select(loss => loss.GetDouble()).ToArray();
        var actual = job.Losses();
        Assert.Equal(Steps, expected.Length);
        for (var step = 0; step < Steps; step++)
            Assert.True(
                Math.Abs(actual[step] - expected[step]) <= 1e-4 * expected[step],
                $"{name}, step {step}: PyTorch's loss is {expected[step]:R}, ours {actual[step]:R}");
        Assert.True(expected[^1] < 0.8 * expected[0], "the run learns nothing, so it proves little");
    }

    // Element j of array a, in [-1, 1), a multiple of 2^-23: mix(a · 2^32 + j) of reference_runs.py.
    private static ulong Bits(int array, long j) => StreamKey.Mix(unchecked((((ulong)array << 32) + (ulong)j) * StreamKey.Golden));

    private static float[] Numbers(int array, int count, float scale = 1) =>
        [.. Enumerable.Range(0, count).Select(j => ((Bits(array, j) >> 40) / 8388608f - 1) * scale)];

    private static int[] Labels(int rows, int classes, float[] inputs)
    {
        var width = inputs.Length / rows;
        var labels = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            var sums = new double[classes];
            for (var c = 0; c < classes; c++)
                for (var j = 0; j < width; j++)
                    sums[c] += (Bits(3, c * 1000 + j) & 1) == 1 ? inputs[row * width + j] : -inputs[row * width + j];
            var best = Array.IndexOf(sums, sums.Max());
            labels[row] = row % 16 == 0 ? (best + 1) % classes : best;
        }

        return labels;
    }

    private sealed record Job
    {
        // Shards that do not divide the mini-batch: their sums must do the same as the whole.
        private const int ShardRows = 13;

        public required NetworkSpecification Network { get; init; }

        public required OptimizerSpecification Optimizer { get; init; }

        public ScheduleSpecification Schedule { get; init; } = new();

        public required float[] Inputs { get; init; }

        public int[] Labels { get; init; } = [];

        public float[] Targets { get; init; } = [];

        public required int Rows { get; init; }

        public required int Batch { get; init; }

        /// <summary>The mean loss of each step's mini-batch before its update.</summary>
        public double[] Losses()
        {
            var network = new Network(Network);
            var optimizer = Learning.Optimization.Optimizer.Create(Optimizer);
            var weights = InitialWeights(network.Layout);
            var state = new float[optimizer.StateVectors * weights.Length];
            var packed = new PackedWeights(network);
            var computer = new ShardComputer(network, ShardRows);
            var losses = new double[Steps];
            for (var step = 0; step < Steps; step++)
            {
                network.Pack(weights, packed);
                var sum = new float[weights.Length];
                var gradient = new float[weights.Length];
                ShardMetrics metrics = default;
                for (var first = 0; first < Batch; first += ShardRows)
                {
                    var rows = Enumerable.Range(first, Math.Min(ShardRows, Batch - first)).Select(i => (step * Batch + i) % Rows).ToArray();
                    metrics = ShardMetrics.Add(metrics, Compute(computer, weights, packed, rows, gradient));
                    for (var i = 0; i < sum.Length; i++)
                        sum[i] += gradient[i];
                }

                losses[step] = metrics.MeanLoss;
                var rate = Schedule.LearningRateAt(step, Steps, 10, Optimizer.LearningRate);
                Assert.True(optimizer.Update(step, rate, metrics.Divisor, sum, weights, weights, state));
            }

            return losses;
        }

        private ShardMetrics Compute(ShardComputer computer, float[] weights, PackedWeights packed, int[] rows, float[] gradient)
        {
            float[] inputs = [.. rows.SelectMany(row => Inputs.AsSpan(row * Network.Inputs, Network.Inputs).ToArray())];
            var samples = Network.IsClassification
                ? new Samples(inputs, rows.Select(row => Labels[row]).ToArray(), rows.Length)
                : new Samples(
                    inputs,
                    rows.SelectMany(row => Targets.AsSpan(row * Network.Outputs, Network.Outputs).ToArray()).ToArray(),
                    rows.Length);
            return computer.ComputeGradient(weights, packed, samples, default, gradient);
        }

        private static float[] InitialWeights(ParameterLayout layout)
        {
            var weights = new float[layout.Count];
            for (var i = 0; i < layout.Layers.Count; i++)
            {
                var layer = layout.Layers[i];
                var scale = 1f / (1 << (BitOperations.Log2((uint)layer.Inputs) + 1) / 2);
                Numbers(10 + i, layer.WeightCount, scale).CopyTo(weights, layer.WeightOffset);
                Numbers(20 + i, layer.Outputs, 0.125f).CopyTo(weights, layer.BiasOffset);
            }

            return weights;
        }
    }
}
