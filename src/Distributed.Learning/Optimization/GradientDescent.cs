using System.Numerics;
using System.Runtime.CompilerServices;

namespace Distributed.Learning.Optimization;

/// <summary>
/// Stochastic gradient descent, plain, with momentum, and with Nesterov's, as <c>torch.optim.SGD</c> with dampening 0 defines them.
/// </summary>
/// <remarks>
/// PyTorch copies the first gradient into the momentum buffer; a buffer of zeros gives the same, since μ·0 + g = g.
/// </remarks>
internal sealed class GradientDescent(OptimizerSpecification specification) : Optimizer(specification)
{
    public override int StateVectors => Specification.Kind == OptimizerKind.Sgd ? 0 : 1;

    private protected override bool UpdateRange(
        long step,
        float learningRate,
        float scale,
        ReadOnlySpan<float> gradientSum,
        ReadOnlySpan<float> addend,
        ReadOnlySpan<float> weights,
        Span<float> updated,
        Span<float> state,
        int stride)
    {
        var gradient = new MeanGradient(scale, Clip, (float)Specification.WeightDecay);
        var momentum = (float)Specification.Momentum;
        return Specification.Kind switch
        {
            OptimizerKind.Sgd => ElementUpdate.Run(new Plain(gradient, learningRate), gradientSum, addend, weights, updated, state, stride),
            OptimizerKind.Momentum => ElementUpdate.Run(new Heavy(gradient, learningRate, momentum), gradientSum, addend, weights, updated, state, stride),
            _ => ElementUpdate.Run(new Nesterov(gradient, learningRate, momentum), gradientSum, addend, weights, updated, state, stride),
        };
    }

    private readonly struct Plain(MeanGradient gradient, float learningRate) : IElementRule
    {
        private readonly MeanGradient _gradient = gradient;
        private readonly Vector<float> _descent = new(-learningRate);

        public static int StateVectors => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Apply(Vector<float> gradientSum, Vector<float> weight, ref Vector<float> first, ref Vector<float> second) =>
            Vector.FusedMultiplyAdd(_descent, _gradient.Of(gradientSum, weight), weight);
    }

    private readonly struct Heavy(MeanGradient gradient, float learningRate, float momentum) : IElementRule
    {
        private readonly MeanGradient _gradient = gradient;
        private readonly Vector<float> _descent = new(-learningRate);
        private readonly Vector<float> _momentum = new(momentum);

        public static int StateVectors => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Apply(Vector<float> gradientSum, Vector<float> weight, ref Vector<float> first, ref Vector<float> second)
        {
            var velocity = Vector.FusedMultiplyAdd(_momentum, first, _gradient.Of(gradientSum, weight));
            first = velocity;
            return Vector.FusedMultiplyAdd(_descent, velocity, weight);
        }
    }

    private readonly struct Nesterov(MeanGradient gradient, float learningRate, float momentum) : IElementRule
    {
        private readonly MeanGradient _gradient = gradient;
        private readonly Vector<float> _descent = new(-learningRate);
        private readonly Vector<float> _momentum = new(momentum);

        public static int StateVectors => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Apply(Vector<float> gradientSum, Vector<float> weight, ref Vector<float> first, ref Vector<float> second)
        {
            var gradient = _gradient.Of(gradientSum, weight);
            var velocity = Vector.FusedMultiplyAdd(_momentum, first, gradient);
            first = velocity;
            return Vector.FusedMultiplyAdd(_descent, Vector.FusedMultiplyAdd(_momentum, velocity, gradient), weight);
        }
    }
}
