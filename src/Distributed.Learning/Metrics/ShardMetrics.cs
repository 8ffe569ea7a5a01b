using System.Text.Json.Serialization;

namespace Distributed.Learning.Metrics;

/// <summary>
/// What one shard (a fixed-size slice of a mini-batch) reports beside its gradient, and what any sum of shards reports:
/// sums, never means, all in double, so that they can be added along the reduction tree and divided once at the end.
/// </summary>
/// <remarks>
/// <para><c>default(ShardMetrics)</c> is the neutral element of <see cref="Add"/>: no samples, no bad shard.</para>
/// <para>
/// Addition of doubles is not associative. As with gradients, the bits of a sum depend on the shape of the tree and on nothing
/// else; callers add along the canonical reduction tree.
/// </para>
/// </remarks>
public readonly record struct ShardMetrics
{
    // Stored as the distance from int.MaxValue, so that the zeroed struct means "none" and not "shard 0".
    private readonly int _badShardBelowMaximum;

    /// <summary>The sum of the losses of all samples (each times its class's and its own weight, if there are any), without weight decay.</summary>
    public double LossSum { get; init; }

    /// <summary>
    /// What <see cref="LossSum"/> and the gradient's sum are divided by to become means, as PyTorch's <c>reduction="mean"</c>
    /// defines it: the number of samples; with class weights the sum of the samples' weights; for regression the number of target
    /// values [samples × outputs]. Where samples have weights of their own, each counts by it.
    /// </summary>
    public double Divisor { get; init; }

    /// <summary>The number of samples.</summary>
    public long Samples { get; init; }

    /// <summary>Classification: how many samples had their highest probability on their own class. Regression: 0.</summary>
    public long Correct { get; init; }

    /// <summary>Regression: Σ weight · |prediction − target| over all target values. Classification: 0.</summary>
    public double AbsoluteErrorSum { get; init; }

    /// <summary>Regression: Σ weight · (prediction − target)² over all target values. Classification: 0.</summary>
    public double SquaredErrorSum { get; init; }

    /// <summary>Regression: Σ weight · target over all target values. Classification: 0.</summary>
    public double TargetSum { get; init; }

    /// <summary>Regression: Σ weight · target² over all target values. Classification: 0.</summary>
    public double TargetSquareSum { get; init; }

    /// <summary>
    /// The lowest number of a shard whose loss or gradient was not finite; <see cref="int.MaxValue"/> when there is none
    /// (which is the default).
    /// </summary>
    public int FirstBadShard
    {
        get => int.MaxValue - _badShardBelowMaximum;
        init => _badShardBelowMaximum = int.MaxValue - value;
    }

    /// <summary>Whether some shard's loss or gradient was not finite.</summary>
    [JsonIgnore]
    public bool HasBadShard => _badShardBelowMaximum != 0;

    /// <summary>The mean loss per unit of <see cref="Divisor"/>; NaN without samples, which no step and no evaluation is.</summary>
    [JsonIgnore]
    public double MeanLoss => LossSum / Divisor;

    /// <summary>Classification: the fraction of samples classified correctly, in [0, 1]; null without samples.</summary>
    [JsonIgnore]
    public double? Accuracy => Samples == 0 ? null : (double)Correct / Samples;

    /// <summary>Regression: the mean absolute error, in the unit of the targets; null without samples.</summary>
    [JsonIgnore]
    public double? MeanAbsoluteError => Divisor == 0 ? null : AbsoluteErrorSum / Divisor;

    /// <summary>Regression: the mean squared error, in the squared unit of the targets; null without samples.</summary>
    [JsonIgnore]
    public double? MeanSquaredError => Divisor == 0 ? null : SquaredErrorSum / Divisor;

    /// <summary>
    /// Regression: R², the coefficient of determination, 1 − Σ(prediction − target)² / Σ(target − mean target)².
    /// 1 is perfect, 0 as good as always answering the mean, below 0 worse than that.
    /// </summary>
    /// <remarks>
    /// Null without samples, and where all targets are equal (one sample, or a constant target): their spread is zero and the quotient
    /// undefined. Several outputs are pooled: the mean is the mean of all target values. The spread is Σt² − (Σt)²/n, which keeps about
    /// 16 − 2·log10(|mean| / deviation) digits.
    /// </remarks>
    [JsonIgnore]
    public double? RSquared
    {
        get
        {
            if (Divisor == 0)
                return null;
            var spread = TargetSquareSum - TargetSum * TargetSum / Divisor;
            // Rounding alone, over millions of equal targets, stays below this share of TargetSquareSum: no spread that could be measured.
            if (spread <= TargetSquareSum * 1e-12)
                return null;
            var share = 1 - SquaredErrorSum / spread;
            return double.IsFinite(share) ? share : null;
        }
    }

    /// <summary>Adds two sums; the lower <see cref="FirstBadShard"/> stays.</summary>
    /// <param name="a">The left summand (the lower shards in the tree).</param>
    /// <param name="b">The right summand.</param>
    /// <returns>The sum of every field, in double.</returns>
    public static ShardMetrics Add(in ShardMetrics a, in ShardMetrics b) => new()
    {
        LossSum = a.LossSum + b.LossSum,
        Divisor = a.Divisor + b.Divisor,
        Samples = a.Samples + b.Samples,
        Correct = a.Correct + b.Correct,
        AbsoluteErrorSum = a.AbsoluteErrorSum + b.AbsoluteErrorSum,
        SquaredErrorSum = a.SquaredErrorSum + b.SquaredErrorSum,
        TargetSum = a.TargetSum + b.TargetSum,
        TargetSquareSum = a.TargetSquareSum + b.TargetSquareSum,
        FirstBadShard = Math.Min(a.FirstBadShard, b.FirstBadShard),
    };
}
