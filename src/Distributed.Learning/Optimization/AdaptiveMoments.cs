using System.Numerics;
using System.Runtime.CompilerServices;
using Distributed.Tensors.Mathematics;

namespace Distributed.Learning.Optimization;

/// <summary>Adam and AdamW, as <c>torch.optim.Adam</c> and <c>torch.optim.AdamW</c> define them (without amsgrad).</summary>
/// <remarks>
/// With t counted from 1: m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²;
/// w ← w − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε). AdamW first multiplies w by 1 − lr·decay; Adam has decay·w in g.
/// </remarks>
internal sealed class AdaptiveMoments(OptimizerSpecification specification) : Optimizer(specification)
{
    public override int StateVectors => 2;

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
        var decoupled = Specification.Kind == OptimizerKind.AdamW;
        var decay = Specification.WeightDecay;
        var firstCorrection = 1 - DeterministicMath.Pow(Specification.Beta1, step + 1);
        var secondCorrection = 1 - DeterministicMath.Pow(Specification.Beta2, step + 1);
        var rule = new Rule(
            new MeanGradient(scale, Clip, decoupled ? 0 : (float)decay),
            shrink: decoupled ? (float)(1 - learningRate * decay) : 1,
            beta1: (float)Specification.Beta1,
            fresh1: (float)(1 - Specification.Beta1),
            beta2: (float)Specification.Beta2,
            fresh2: (float)(1 - Specification.Beta2),
            rootScale: (float)(1 / Math.Sqrt(secondCorrection)),
            epsilon: (float)Specification.Epsilon,
            descent: (float)(-learningRate / firstCorrection));
        return ElementUpdate.Run(rule, gradientSum, addend, weights, updated, state, stride);
    }

    private readonly struct Rule(
        MeanGradient gradient,
        float shrink,
        float beta1,
        float fresh1,
        float beta2,
        float fresh2,
        float rootScale,
        float epsilon,
        float descent) : IElementRule
    {
        private readonly MeanGradient _gradient = gradient;
        private readonly Vector<float> _shrink = new(shrink);
        private readonly Vector<float> _beta1 = new(beta1);
        private readonly Vector<float> _fresh1 = new(fresh1);
        private readonly Vector<float> _beta2 = new(beta2);
        private readonly Vector<float> _fresh2 = new(fresh2);
        private readonly Vector<float> _rootScale = new(rootScale);
        private readonly Vector<float> _epsilon = new(epsilon);
        private readonly Vector<float> _descent = new(descent);

        public static int StateVectors => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Apply(Vector<float> gradientSum, Vector<float> weight, ref Vector<float> first, ref Vector<float> second)
        {
            var gradient = _gradient.Of(gradientSum, weight);
            var mean = Vector.FusedMultiplyAdd(_beta1, first, _fresh1 * gradient);
            var square = Vector.FusedMultiplyAdd(_beta2, second, _fresh2 * gradient * gradient);
            first = mean;
            second = square;
            var scaled = Vector.FusedMultiplyAdd(Vector.SquareRoot(square), _rootScale, _epsilon);
            return Vector.FusedMultiplyAdd(_descent, mean / scaled, weight * _shrink);
        }
    }
}
