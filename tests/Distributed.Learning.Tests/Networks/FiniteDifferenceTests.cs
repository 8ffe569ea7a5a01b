using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Mathematics;

namespace Distributed.Learning.Tests.Networks;

/// <summary>The gradient against central differences of the loss, which a naive network computes in double precision.</summary>
public sealed class FiniteDifferenceTests
{
    private const int Rows = 5;

    public static TheoryData<Activation, LossKind, double, bool> Cases()
    {
        var data = new TheoryData<Activation, LossKind, double, bool>();
        foreach (var activation in Enum.GetValues<Activation>())
        {
            data.Add(activation, LossKind.CrossEntropy, 0, false);
            data.Add(activation, LossKind.CrossEntropy, 0.15, true);
            data.Add(activation, LossKind.SquaredError, 0, false);
            data.Add(activation, LossKind.Huber, 0, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_parameters_gradient_is_the_slope_of_the_loss(Activation activation, LossKind loss, double smoothing, bool weighted)
    {
        var specification = new NetworkSpecification
        {
            Inputs = 4,
            Hidden = [6, 5],
            Outputs = 3,
            Activation = activation,
            Output = loss == LossKind.CrossEntropy ? OutputKind.Softmax : OutputKind.Linear,
            Loss = loss,
            LabelSmoothing = smoothing,
            ClassWeights = weighted ? [0.5, 1, 2.5] : null,
            HuberDelta = 0.6,
        };
        const int seed = 17;
        var random = new Random(seed);
        var network = new Network(specification);
        var parameters = GradientBitsTests.Floats(random, network.Layout.Count, 0.8f);
        var inputs = GradientBitsTests.Floats(random, Rows * 4, 1.5f);
        int[] labels = [0, 1, 2, 2, 1];
        var targets = GradientBitsTests.Floats(random, Rows * 3, 2);
        var packed = new PackedWeights(network);
        network.Pack(parameters, packed);
        var gradient = new float[network.Layout.Count];
        var batch = specification.IsClassification ? new Samples(inputs, labels, Rows) : new Samples(inputs, targets, Rows);
        var metrics = new ShardComputer(network, Rows).ComputeGradient(parameters, packed, batch, default, gradient);

        var exact = parameters.Select(value => (double)value).ToArray();
        double Loss() => DoubleLoss(specification, network.Layout, exact, inputs, labels, targets);
        Assert.Equal(Loss(), metrics.LossSum, 1e-5 * (1 + metrics.LossSum));
        Assert.Equal(weighted ? 0.5 + 1 + 2.5 + 2.5 + 1 : specification.IsClassification ? Rows : Rows * 3, metrics.Divisor);
        for (var i = 0; i < exact.Length; i++)
        {
            var value = exact[i];
            exact[i] = value + 1e-6;
            var above = Loss();
            exact[i] = value - 1e-6;
            var below = Loss();
            exact[i] = value;
            Assert.True(Math.Abs((above - below) / 2e-6 - gradient[i]) < 2e-5 * (1 + Math.Abs(gradient[i])), $"parameter {i}: {(above - below) / 2e-6} and {gradient[i]}, seed {seed}");
        }
    }

    private static double DoubleLoss(NetworkSpecification specification, ParameterLayout layout, double[] parameters, float[] inputs, int[] labels, float[] targets)
    {
        var total = 0.0;
        for (var row = 0; row < Rows; row++)
        {
            var values = inputs.Skip(row * specification.Inputs).Take(specification.Inputs).Select(value => (double)value).ToArray();
            for (var l = 0; l < layout.Layers.Count; l++)
            {
                var layer = layout.Layers[l];
                var next = new double[layer.Outputs];
                for (var o = 0; o < layer.Outputs; o++)
                {
                    next[o] = parameters[layer.BiasOffset + o];
                    for (var k = 0; k < layer.Inputs; k++) next[o] += values[k] * parameters[layer.WeightOffset + k * layer.Outputs + o];
                    if (l + 1 < layout.Layers.Count) next[o] = Apply(specification.Activation, next[o]);
                }

                values = next;
            }

            total += specification.IsClassification
                ? CrossEntropy(specification, values, labels[row])
                : values.Select((value, o) => Distance(specification, value - targets[row * values.Length + o])).Sum();
        }

        return total;
    }

    private static double CrossEntropy(NetworkSpecification specification, double[] z, int label)
    {
        var logSum = Math.Log(z.Sum(Math.Exp));
        return Enumerable.Range(0, z.Length).Sum(c =>
        {
            var weight = specification.ClassWeights?[c] ?? 1;
            var target = (c == label ? 1 - specification.LabelSmoothing : 0) + specification.LabelSmoothing / z.Length;
            return weight * target * (logSum - z[c]);
        });
    }

    private static double Distance(NetworkSpecification specification, double d)
    {
        if (specification.Loss == LossKind.SquaredError) return d * d;
        return Math.Abs(d) <= specification.HuberDelta ? 0.5 * d * d : specification.HuberDelta * (Math.Abs(d) - 0.5 * specification.HuberDelta);
    }

    private static double Apply(Activation activation, double z) => activation switch
    {
        Activation.Identity => z,
        Activation.Relu => Math.Max(0, z),
        Activation.LeakyRelu => z > 0 ? z : 0.01 * z,
        Activation.Gelu => z * 0.5 * (1 + DeterministicMath.Erf(z / Math.Sqrt(2))),
        Activation.Tanh => Math.Tanh(z),
        _ => 1 / (1 + Math.Exp(-z)),
    };
}
