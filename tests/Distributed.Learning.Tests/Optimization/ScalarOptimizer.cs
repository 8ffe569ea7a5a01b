using Distributed.Learning.Optimization;

namespace Distributed.Learning.Tests.Optimization;

/// <summary>
/// The naive version of every update rule: one element at a time, written from the formulas, as the oracle of the vectorised one. In
/// float32 with the same roundings (bits must match), or in double (values must be close to PyTorch's definitions).
/// </summary>
internal static class ScalarOptimizer
{
    public static void Update(
        OptimizerSpecification s,
        long step,
        float rate,
        double divisor,
        float[] gradientSum,
        float[] weights,
        float[] first,
        float[] second)
    {
        var scale = (float)(1 / divisor);
        for (var i = 0; i < weights.Length; i++)
        {
            var g = gradientSum[i] * scale;
            if (s.GradientClip is { } clip)
                g = g > (float)clip ? (float)clip : g < -(float)clip ? -(float)clip : g;
            var w = weights[i];
            g = MathF.FusedMultiplyAdd(s.Kind == OptimizerKind.AdamW ? 0 : (float)s.WeightDecay, w, g);
            switch (s.Kind)
            {
                case OptimizerKind.Sgd:
                    weights[i] = MathF.FusedMultiplyAdd(-rate, g, w);
                    break;
                case OptimizerKind.Momentum:
                    first[i] = MathF.FusedMultiplyAdd((float)s.Momentum, first[i], g);
                    weights[i] = MathF.FusedMultiplyAdd(-rate, first[i], w);
                    break;
                case OptimizerKind.Nesterov:
                    first[i] = MathF.FusedMultiplyAdd((float)s.Momentum, first[i], g);
                    weights[i] = MathF.FusedMultiplyAdd(-rate, MathF.FusedMultiplyAdd((float)s.Momentum, first[i], g), w);
                    break;
                default:
                    first[i] = MathF.FusedMultiplyAdd((float)s.Beta1, first[i], (float)(1 - s.Beta1) * g);
                    second[i] = MathF.FusedMultiplyAdd((float)s.Beta2, second[i], (float)(1 - s.Beta2) * g * g);
                    var root = (float)(1 / Math.Sqrt(1 - Power(s.Beta2, step + 1)));
                    var scaled = MathF.FusedMultiplyAdd(MathF.Sqrt(second[i]), root, (float)s.Epsilon);
                    if (s.Kind == OptimizerKind.AdamW)
                        w *= (float)(1 - rate * s.WeightDecay);
                    weights[i] = MathF.FusedMultiplyAdd((float)(-rate / (1 - Power(s.Beta1, step + 1))), first[i] / scaled, w);
                    break;
            }
        }
    }

    /// <summary>torch.optim's documented algorithms, word for word, in double; steps counted from 0, dampening 0.</summary>
    public static void UpdateInDouble(
        OptimizerSpecification s,
        long step,
        double rate,
        double divisor,
        float[] gradientSum,
        double[] weights,
        double[] first,
        double[] second)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            var g = gradientSum[i] / divisor;
            if (s.GradientClip is { } clip)
                g = Math.Clamp(g, -clip, clip);
            if (s.Kind == OptimizerKind.AdamW)
                weights[i] -= rate * s.WeightDecay * weights[i];
            else
                g += s.WeightDecay * weights[i];
            switch (s.Kind)
            {
                case OptimizerKind.Sgd:
                    weights[i] -= rate * g;
                    break;
                case OptimizerKind.Momentum or OptimizerKind.Nesterov:
                    first[i] = step == 0 ? g : s.Momentum * first[i] + g;
                    weights[i] -= rate * (s.Kind == OptimizerKind.Nesterov ? g + s.Momentum * first[i] : first[i]);
                    break;
                default:
                    first[i] = s.Beta1 * first[i] + (1 - s.Beta1) * g;
                    second[i] = s.Beta2 * second[i] + (1 - s.Beta2) * g * g;
                    var mean = first[i] / (1 - Math.Pow(s.Beta1, step + 1));
                    var square = second[i] / (1 - Math.Pow(s.Beta2, step + 1));
                    weights[i] -= rate * mean / (Math.Sqrt(square) + s.Epsilon);
                    break;
            }
        }
    }

    // Repeated squaring from the lowest bit, in the order of DeterministicMath.Pow.
    private static double Power(double x, long n)
    {
        var result = 1.0;
        for (; n > 0; n >>= 1, x *= x)
            if ((n & 1) != 0)
                result *= x;
        return result;
    }
}
