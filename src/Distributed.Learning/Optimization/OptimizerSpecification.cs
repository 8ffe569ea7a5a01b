namespace Distributed.Learning.Optimization;

/// <summary>The update rules. Formulas and defaults are those of <c>torch.optim</c>.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent: w ← w − lr·g.</summary>
    Sgd,

    /// <summary>Gradient descent with momentum: v ← μ·v + g; w ← w − lr·v.</summary>
    Momentum,

    /// <summary>Nesterov's momentum: v ← μ·v + g; w ← w − lr·(g + μ·v).</summary>
    Nesterov,

    /// <summary>Adam (D. Kingma, J. Ba, 2015); weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>AdamW (I. Loshchilov, F. Hutter, 2019); weight decay shrinks the weights directly.</summary>
    AdamW,
}

/// <summary>An update rule and its settings. Part of the job's specification; immutable.</summary>
public sealed record OptimizerSpecification
{
    /// <summary>The update rule.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.Adam;

    /// <summary>The base learning rate, which the schedule scales from step to step.</summary>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>μ of <see cref="OptimizerKind.Momentum"/> and <see cref="OptimizerKind.Nesterov"/>, in [0, 1). Others ignore it.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Adam's decay of the gradient's running mean, in [0, 1). Others ignore it.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam's decay of the squared gradient's running mean, in [0, 1). Others ignore it.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What Adam adds to the root of the second moment, above 0 as float32. Others ignore it.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>
    /// Weight decay, at least 0; it applies to every parameter, biases too (as PyTorch does by default). Added to the gradient as
    /// decay·w, except with <see cref="OptimizerKind.AdamW"/>, which multiplies the weights by 1 − lr·decay.
    /// </summary>
    public double WeightDecay { get; init; }

    /// <summary>
    /// Bound on each element of the mean gradient (after the division by the batch's divisor, before weight decay): it is cut to
    /// [−bound, bound]. Null for none.
    /// </summary>
    public double? GradientClip { get; init; }

    /// <summary>The errors of the settings, with their remedies.</summary>
    /// <returns>One sentence, or null when nothing is wrong. Only settings that the kind uses are judged.</returns>
    public string? Validate()
    {
        if (!Enum.IsDefined(Kind))
            return $"the optimizer kind {(int)Kind} is unknown: choose one of {string.Join(", ", Enum.GetNames<OptimizerKind>())}";
        if (!(LearningRate > 0 && LearningRate <= 1000))
            return $"the learning rate is {LearningRate}: it must lie above 0 and not above 1000 "
                + "(usual: 0.001 for Adam, 0.01 to 0.1 for SGD)";
        if (Kind is OptimizerKind.Momentum or OptimizerKind.Nesterov && !IsDecay(Momentum))
            return $"the momentum is {Momentum}: it must be at least 0 and below 1 (usual: 0.9)";
        if (Kind is OptimizerKind.Adam or OptimizerKind.AdamW)
        {
            if (!IsDecay(Beta1))
                return $"beta1 is {Beta1}: it must be at least 0 and below 1 (usual: 0.9)";
            if (!IsDecay(Beta2))
                return $"beta2 is {Beta2}: it must be at least 0 and below 1 (usual: 0.999)";
            if (!(Epsilon is >= 1e-37 and <= 1))
                return $"epsilon is {Epsilon}: it must lie between 1e-37 and 1 (usual: 1e-8)";
        }

        if (!(WeightDecay is >= 0 and <= 1000))
            return $"the weight decay is {WeightDecay}: it must lie between 0 (none) and 1000 (usual: 0.0001 to 0.01)";
        if (GradientClip is { } clip && !(clip is >= 1e-30 and <= 1e30))
            return $"the gradient clip is {clip}: it must lie between 1e-30 and 1e30 (usual: 1), or be left out for none";
        return null;
    }

    // As float32, which the kernels compute in, 0.99999999 would be 1 and never forget.
    private static bool IsDecay(double value) => value >= 0 && (float)value < 1;
}
