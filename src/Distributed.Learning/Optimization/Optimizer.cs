namespace Distributed.Learning.Optimization;

/// <summary>
/// An update rule: gradient sum and weights of step t in, weights of step t + 1 out, element by element. It holds settings only; the
/// state (momentum, moments) belongs to the caller. So any range of the parameters can be updated anywhere, with the same bits as all of
/// them at once, and one instance serves any number of threads.
/// </summary>
/// <remarks>
/// float32 throughout. Each element is one fixed chain of multiplications, fused multiply-adds, divisions and square roots, all of them
/// exactly rounded (IEEE 754), so that vector width and position in the range change no bit. Scalars (bias corrections, 1 − β) are
/// computed in double and rounded once. The mean gradient is sum × (1 / divisor), with the reciprocal rounded to float32.
/// </remarks>
public abstract class Optimizer
{
    private protected Optimizer(OptimizerSpecification specification)
    {
        Specification = specification;
        Clip = specification.GradientClip is { } clip ? (float)clip : float.PositiveInfinity;
    }

    /// <summary>The settings that it was made from.</summary>
    public OptimizerSpecification Specification { get; }

    /// <summary>
    /// How many vectors of the parameters' length the rule keeps from step to step: 0, 1 (momentum) or 2 (first and second moment).
    /// They start as zeros.
    /// </summary>
    public abstract int StateVectors { get; }

    private protected float Clip { get; }

    /// <summary>Makes the update rule of a specification.</summary>
    /// <param name="specification">The settings.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentException"><see cref="OptimizerSpecification.Validate"/> found something wrong.</exception>
    public static Optimizer Create(OptimizerSpecification specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        if (specification.Validate() is { } wrong)
            throw new ArgumentException(wrong, nameof(specification));
        return specification.Kind switch
        {
            OptimizerKind.Adam or OptimizerKind.AdamW => new AdaptiveMoments(specification),
            _ => new GradientDescent(specification),
        };
    }

    /// <summary>Applies the update of one step to a range of the parameters, in one pass over memory, without allocating.</summary>
    /// <param name="step">The step t, from 0.</param>
    /// <param name="learningRate">The learning rate of step t, from the schedule.</param>
    /// <param name="divisor">What the gradient's sum is divided by to become a mean (<c>ShardMetrics.Divisor</c>), above 0.</param>
    /// <param name="gradientSum">[n] the gradient summed over the mini-batch's samples.</param>
    /// <param name="weights">[n] the weights of step t.</param>
    /// <param name="updated">[n] receives the weights of step t + 1; may be <paramref name="weights"/> itself.</param>
    /// <param name="state">[StateVectors × n] the state vectors of this range, one after the other; updated in place.</param>
    /// <returns>Whether all updated weights are finite.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative, or the divisor not a number above 0.</exception>
    public bool Update(
        long step,
        float learningRate,
        double divisor,
        ReadOnlySpan<float> gradientSum,
        ReadOnlySpan<float> weights,
        Span<float> updated,
        Span<float> state) => Update(step, learningRate, divisor, gradientSum, default, weights, updated, state);

    /// <summary>The same for a gradient that comes as two addends, which spares a pass over memory; the bits are those of their sum.</summary>
    /// <param name="step">As there.</param>
    /// <param name="learningRate">As there.</param>
    /// <param name="divisor">As there.</param>
    /// <param name="gradientSum">[n] the gradient summed over some of the mini-batch's samples.</param>
    /// <param name="addend">[n] the gradient summed over the others; empty when there are none.</param>
    /// <param name="weights">As there.</param>
    /// <param name="updated">As there.</param>
    /// <param name="state">As there.</param>
    /// <returns>Whether all updated weights are finite.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative, or the divisor not a number above 0.</exception>
    public bool Update(
        long step,
        float learningRate,
        double divisor,
        ReadOnlySpan<float> gradientSum,
        ReadOnlySpan<float> addend,
        ReadOnlySpan<float> weights,
        Span<float> updated,
        Span<float> state)
    {
        Require(step, divisor, gradientSum, addend, weights, updated);
        if (state.Length != (long)StateVectors * gradientSum.Length)
            throw new ArgumentException($"{state.Length} numbers for {StateVectors} vectors of {gradientSum.Length}", nameof(state));
        return UpdateRange(step, learningRate, (float)(1 / divisor), gradientSum, addend, weights, updated, state, gradientSum.Length);
    }

    /// <summary>The same for a part of a range: the bits are those of updating the whole range, however it is divided.</summary>
    /// <param name="step">As there.</param>
    /// <param name="learningRate">As there.</param>
    /// <param name="divisor">As there.</param>
    /// <param name="gradientSum">[n] of the part.</param>
    /// <param name="addend">[n] of the part, or empty.</param>
    /// <param name="weights">[n] of the part.</param>
    /// <param name="updated">[n] of the part.</param>
    /// <param name="state">[StateVectors × range] the state vectors of the whole range.</param>
    /// <param name="at">Where the part begins in its range.</param>
    /// <returns>Whether the part's updated weights are finite.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative, the divisor not a number above 0, or the part outside the range.</exception>
    public bool UpdatePart(
        long step,
        float learningRate,
        double divisor,
        ReadOnlySpan<float> gradientSum,
        ReadOnlySpan<float> addend,
        ReadOnlySpan<float> weights,
        Span<float> updated,
        Span<float> state,
        int at)
    {
        Require(step, divisor, gradientSum, addend, weights, updated);
        var stride = StateVectors == 0 ? 0 : state.Length / StateVectors;
        if (state.Length != (long)StateVectors * stride)
            throw new ArgumentException($"{state.Length} numbers for {StateVectors} vectors", nameof(state));
        if (at < 0 || (StateVectors > 0 && at + (long)gradientSum.Length > stride))
            throw new ArgumentOutOfRangeException(nameof(at), at, $"{gradientSum.Length} elements from there do not lie in the range");
        return UpdateRange(
            step, learningRate, (float)(1 / divisor), gradientSum, addend, weights, updated, StateVectors == 0 ? state : state[at..], stride);
    }

    private static void Require(
        long step, double divisor, ReadOnlySpan<float> gradientSum, ReadOnlySpan<float> addend, ReadOnlySpan<float> weights, ReadOnlySpan<float> updated)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (!(divisor > 0))
            throw new ArgumentOutOfRangeException(nameof(divisor), divisor, "The divisor of a mini-batch must be above 0.");
        if (!addend.IsEmpty && addend.Length != gradientSum.Length)
            throw new ArgumentException($"{gradientSum.Length} gradients and {addend.Length} to add", nameof(addend));
        if (weights.Length != gradientSum.Length || updated.Length != gradientSum.Length)
            throw new ArgumentException($"{gradientSum.Length} gradients, {weights.Length} weights, {updated.Length} places for new ones");
    }

    private protected abstract bool UpdateRange(
        long step,
        float learningRate,
        float scale,
        ReadOnlySpan<float> gradientSum,
        ReadOnlySpan<float> addend,
        ReadOnlySpan<float> weights,
        Span<float> updated,
        Span<float> state,
        int stride);
}
