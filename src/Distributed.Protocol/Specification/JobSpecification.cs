using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Specification;

/// <summary>
/// Everything that can affect a weight, resolved: two jobs with equal specifications end with the same bits, whatever ran them. Immutable once
/// submitted. What may change from run to run is in <see cref="RunOptions"/>.
/// </summary>
public sealed record JobSpecification
{
    /// <summary>Version of this record's stored form.</summary>
    public int Format { get; init; } = 1;

    /// <summary>
    /// The arithmetic the job was submitted under; a node with another accepts no work for it (see <see cref="ArithmeticVersion"/>).
    /// </summary>
    public int Arithmetic { get; init; } = ArithmeticVersion.Current;

    /// <summary>The encoded samples.</summary>
    public required DataIdentity Data { get; init; }

    /// <summary>Layers, activation, head and loss.</summary>
    public required NetworkSpecification Network { get; init; }

    /// <summary>The update rule.</summary>
    public required OptimizerSpecification Optimizer { get; init; }

    /// <summary>The learning rate over the steps.</summary>
    public required ScheduleSpecification Schedule { get; init; }

    /// <summary>The maximum number of epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Samples per mini-batch; the last one of an epoch may hold fewer.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Samples per shard; the last one of a mini-batch may hold fewer.</summary>
    public required int ShardSize { get; init; }

    /// <summary>Seed of initialisation, order and dropout.</summary>
    public required ulong Seed { get; init; }

    /// <summary>When to end before the last epoch.</summary>
    public StopRules Stop { get; init; } = new();

    /// <summary>The form in which gradients are summed and sent.</summary>
    public GradientFormat GradientFormat { get; init; } = GradientFormat.Float32;

    /// <summary>Initial weights in place of a random initialisation; null for none.</summary>
    public InitialWeights? Initial { get; init; }

    /// <summary>Returns what is wrong with the specification and what is expected; null when it is valid.</summary>
    public string? Validate()
    {
        if (Arithmetic != ArithmeticVersion.Current)
            return $"the job needs arithmetic version {Arithmetic}, this program has {ArithmeticVersion.Current}: use the release that the job was submitted with";
        if (Epochs is < 1 or > 1_000_000) return $"epochs is {Epochs}: it must lie between 1 and 1,000,000";
        if (BatchSize is < 1 or > 1 << 20) return $"batch size is {BatchSize}: it must lie between 1 and {1 << 20:N0}";
        if (ShardSize < 1 || ShardSize > BatchSize) return $"shard size is {ShardSize}: it must lie between 1 and the batch size ({BatchSize})";
        if ((BatchSize + ShardSize - 1) / ShardSize > EpochPlan.MaximumShards)
            return $"a batch of {BatchSize} in shards of {ShardSize} makes more than {EpochPlan.MaximumShards:N0} shards: choose larger shards";
        if (!Enum.IsDefined(GradientFormat)) return $"gradient format {(int)GradientFormat} is not known here";
        if (Data.TrainingSamples < 1) return "there are no training samples";
        if (Stop.TargetAccuracy is not null && Data.ValidationSamples == 0) return "a target accuracy needs a validation set";
        if (Stop.TargetAccuracy is not null && Network.Output != OutputKind.Softmax) return "a target accuracy needs a classifier";
        return Stop.Validate() ?? Network.Validate() ?? Optimizer.Validate() ?? Schedule.Validate(Optimizer.LearningRate);
    }
}

/// <summary>The encoded samples that a job trains on, by content.</summary>
/// <param name="Sha256">SHA-256 (lower-case hex) over the canonical byte form of the encoded training and validation samples.</param>
/// <param name="TrainingSamples">Rows that are trained on.</param>
/// <param name="ValidationSamples">Rows that are only evaluated; 0 for none.</param>
public sealed record DataIdentity(string Sha256, int TrainingSamples, int ValidationSamples);

/// <summary>Initial weights: those of another job's checkpoint, or imported ones. The optimizer starts afresh.</summary>
/// <param name="WeightsSha256">SHA-256 (lower-case hex) of the flat parameter vector as little-endian float32.</param>
/// <param name="Origin">Their origin, for display.</param>
public sealed record InitialWeights(string WeightsSha256, string Origin);

/// <summary>The form in which gradients are summed and sent. Part of the specification: rounding changes bits.</summary>
public enum GradientFormat
{
    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>
    /// Summed in float32 and rounded to bfloat16 at every node of the reduction tree, including leaves and root, on worker and block alike: half the
    /// bytes between nodes, and the bits still do not depend on who summed what. Metrics are not rounded.
    /// </summary>
    BFloat16,
}

/// <summary>
/// The version of everything that can affect a weight: kernels, polynomials, orders, reductions. It increases with every change that alters bits, so
/// that a stored job never continues under different arithmetic.
/// </summary>
internal static class ArithmeticVersion
{
    /// <summary>The version of this build.</summary>
    public const int Current = 1;
}
