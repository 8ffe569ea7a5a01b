using System.Numerics;
using System.Runtime.CompilerServices;

namespace Distributed.Learning.Optimization;

/// <summary>
/// Turns the gradient's sum into the input of the update rule: times 1 / divisor, cut to [−clip, clip], plus decay · weight.
/// </summary>
/// <remarks>A NaN passes the cut, so that it reaches the weights and is noticed there.</remarks>
internal readonly struct MeanGradient(float scale, float clip, float decay)
{
    private readonly Vector<float> _scale = new(scale);
    private readonly Vector<float> _highest = new(clip);
    private readonly Vector<float> _lowest = new(-clip);
    private readonly Vector<float> _decay = new(decay);

    /// <summary>The decayed mean gradient of some elements: fma(decay, weight, clip(sum × scale)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Of(Vector<float> gradientSum, Vector<float> weight)
    {
        var mean = gradientSum * _scale;
        mean = Vector.ConditionalSelect(Vector.GreaterThan(mean, _highest), _highest, mean);
        mean = Vector.ConditionalSelect(Vector.LessThan(mean, _lowest), _lowest, mean);
        return Vector.FusedMultiplyAdd(_decay, weight, mean);
    }
}
