using Distributed.Learning.Networks;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Mathematics;

namespace Distributed.Learning.Tests.Networks;

/// <summary>The oracle of bits: the same network by scalar loops in float32, each product one ascending chain from zero.</summary>
internal sealed class NaiveNetwork(NetworkSpecification specification)
{
    private readonly ParameterLayout _layout = new(specification);

    public (float[] Gradient, double LossSum) Gradient(float[] parameters, float[] inputs, int[]? labels, float[]? targets, int rows, float[][]? factors, float[]? weights = null)
    {
        var count = _layout.Layers.Count;
        var values = new float[count + 1][];
        var derivatives = new float[count][];
        values[0] = inputs;
        for (var i = 0; i < count; i++)
        {
            var layer = _layout.Layers[i];
            values[i + 1] = new float[rows * layer.Outputs];
            derivatives[i] = new float[rows * layer.Outputs];
            for (var r = 0; r < rows; r++)
            {
                for (var o = 0; o < layer.Outputs; o++)
                {
                    var z = 0f;
                    for (var k = 0; k < layer.Inputs; k++)
                        z = MathF.FusedMultiplyAdd(parameters[layer.WeightOffset + k * layer.Outputs + o], values[i][r * layer.Inputs + k], z);
                    z += parameters[layer.BiasOffset + o];
                    var index = r * layer.Outputs + o;
                    (values[i + 1][index], derivatives[i][index]) = i + 1 < count ? Apply(specification.Activation, z) : (z, 1);
                    if (i + 1 < count && factors is not null)
                    {
                        values[i + 1][index] *= factors[i][index];
                        derivatives[i][index] *= factors[i][index];
                    }
                }
            }
        }

        var error = new float[rows * specification.Outputs];
        var loss = labels is not null
            ? CrossEntropy(values[count], labels, rows, error, weights)
            : Regression(values[count], targets!, error, weights);
        var gradient = new float[_layout.Count];
        for (var i = count - 1; i >= 0; i--)
        {
            var layer = _layout.Layers[i];
            for (var o = 0; o < layer.Outputs; o++)
            {
                for (var k = 0; k < layer.Inputs; k++)
                {
                    var sum = 0f;
                    for (var r = 0; r < rows; r++)
                        sum = MathF.FusedMultiplyAdd(values[i][r * layer.Inputs + k], error[r * layer.Outputs + o], sum);
                    gradient[layer.WeightOffset + k * layer.Outputs + o] = sum;
                }

                var bias = 0f;
                for (var r = 0; r < rows; r++) bias += error[r * layer.Outputs + o];
                gradient[layer.BiasOffset + o] = bias;
            }

            if (i == 0) break;
            var below = new float[rows * layer.Inputs];
            for (var r = 0; r < rows; r++)
            {
                for (var k = 0; k < layer.Inputs; k++)
                {
                    var sum = 0f;
                    for (var o = 0; o < layer.Outputs; o++)
                        sum = MathF.FusedMultiplyAdd(parameters[layer.WeightOffset + k * layer.Outputs + o], error[r * layer.Outputs + o], sum);
                    var derivative = derivatives[i - 1][r * layer.Inputs + k];
                    below[r * layer.Inputs + k] = specification.Activation == Activation.Relu && factors is null
                        ? (derivative == 0 ? 0 : sum)
                        : sum * derivative;
                }
            }

            error = below;
        }

        return (gradient, loss);
    }

    public static (float Value, float Derivative) Apply(Activation activation, float z)
    {
        switch (activation)
        {
            case Activation.Identity:
                return (z, 1);
            case Activation.Relu:
                return (z < 0 ? 0 : z, z > 0 ? 1 : 0);
            case Activation.LeakyRelu:
                return z > 0 ? (z, 1) : (z * 0.01f, 0.01f);
            case Activation.Tanh:
                var tanh = DeterministicMath.Tanh(z);
                return (tanh, 1 - tanh * tanh);
            case Activation.Sigmoid:
                var sigmoid = DeterministicMath.Sigmoid(z);
                return (sigmoid, sigmoid * (1 - sigmoid));
            default:
                var distribution = MathF.FusedMultiplyAdd(0.5f, DeterministicMath.Erf(z * 0.70710678118654752f), 0.5f);
                var density = DeterministicMath.Exp(z * z * -0.5f) * 0.39894228040143268f;
                return (z * distribution, MathF.FusedMultiplyAdd(z, density, distribution));
        }
    }

    private double CrossEntropy(float[] z, int[] labels, int rows, float[] error, float[]? weights)
    {
        var classes = specification.Outputs;
        var spread = new float[classes];
        var spreadSum = 0f;
        for (var c = 0; c < classes; c++)
        {
            spread[c] = (float)(specification.LabelSmoothing / classes * (specification.ClassWeights?[c] ?? 1));
            spreadSum += spread[c];
        }

        var total = 0.0;
        for (var r = 0; r < rows; r++)
        {
            var row = z.AsSpan(r * classes, classes);
            var maximum = row[0];
            foreach (var value in row) maximum = value > maximum ? value : maximum;
            var own = (float)((1 - specification.LabelSmoothing) * (specification.ClassWeights?[labels[r]] ?? 1));
            float sum = 0, distance = 0;
            for (var c = 0; c < classes; c++)
            {
                var target = (c == labels[r] ? own : 0) + spread[c];
                distance = MathF.FusedMultiplyAdd(target, 0 - (row[c] - maximum), distance);
                sum += DeterministicMath.Exp(row[c] - maximum);
            }

            var weight = weights?[r] ?? 1;
            total += (double)MathF.FusedMultiplyAdd(own + spreadSum, DeterministicMath.Log(sum), distance) * weight;
            var scale = (own + spreadSum) / sum;
            for (var c = 0; c < classes; c++)
            {
                var target = (c == labels[r] ? own : 0) + spread[c];
                error[r * classes + c] = MathF.FusedMultiplyAdd(scale, DeterministicMath.Exp(row[c] - maximum), 0 - target) * weight;
            }
        }

        return total;
    }

    private double Regression(float[] z, float[] targets, float[] error, float[]? weights)
    {
        var total = 0.0;
        var delta = (float)specification.HuberDelta;
        for (var i = 0; i < z.Length; i++)
        {
            var d = z[i] - targets[i];
            double distance = Math.Abs(d);
            var weight = weights?[i / specification.Outputs] ?? 1;
            if (specification.Loss == LossKind.SquaredError)
            {
                total += weight * (distance * distance);
                error[i] = 2 * d * weight;
            }
            else
            {
                total += weight * (distance <= delta ? 0.5 * distance * distance : delta * (distance - 0.5 * delta));
                error[i] = Math.Clamp(d, -delta, delta) * weight;
            }
        }

        return total;
    }
}
