using Distributed.Jobs.Checks;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Reports;

/// <summary>The result of a completed job.</summary>
internal sealed record RunReport
{
    public required JobId Job { get; init; }
    public required JobSpecification Specification { get; init; }
    public required string DataName { get; init; }

    /// <summary>Steps done since the job's beginning.</summary>
    public required long Steps { get; init; }

    public required StopReason Reason { get; init; }

    /// <summary>Every decided epoch of the job, this run's and earlier ones'.</summary>
    public required IReadOnlyList<EpochDecided> Epochs { get; init; }

    /// <summary>Training samples per second over this run, with its validations.</summary>
    public required double SamplesPerSecond { get; init; }

    /// <summary>From the first step of this run to its end.</summary>
    public required double Seconds { get; init; }

    /// <summary>Workers at the end; null for a job that was not followed.</summary>
    public required int? Workers { get; init; }

    /// <summary>SHA-256 (lower-case hex) of the last weights.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>The best weights on the validation set (the training set without one), class by class; null for a regression.</summary>
    public ClassificationReport? Classes { get; init; }

    /// <summary>The best weights' probabilities on the same samples; null for a regression.</summary>
    public ProbabilityReport? Probabilities { get; init; }

    /// <summary>A regression's answers to the same samples, or the first of them, with their targets, in the target's unit.</summary>
    public IReadOnlyList<(double Answer, double Target)> Answers { get; init; } = [];

    /// <summary>The best weights' scores on the same samples; null for a job that was not computed here.</summary>
    public ModelScores? Scores { get; init; }

    /// <summary>The folder of models and pictures, as a user types it; null when they were not fetched.</summary>
    public string? Folder { get; init; }

    /// <summary>The last epoch's metrics; null when the job was cancelled before its first epoch's end.</summary>
    public EpochMetrics? Last => Epochs.Count > 0 ? Epochs[^1].Metrics : null;

    /// <summary>The epoch with the lowest loss.</summary>
    public EpochDecided? Best => EpochDecisions.Best(Epochs);
}
