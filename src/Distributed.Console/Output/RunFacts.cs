using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Output;

/// <summary>The facts that a display shows when a run begins.</summary>
/// <param name="Job">The job.</param>
/// <param name="Specification">The job's specification.</param>
/// <param name="DataName">What its data is called.</param>
/// <param name="Parameters">Length of the flat parameter vector.</param>
/// <param name="StepsPerEpoch">Steps of one epoch.</param>
/// <param name="TotalSteps">Steps of all epochs.</param>
/// <param name="FromStep">Steps done before this run; 0 for a job of another cluster, which is shown from its beginning.</param>
/// <param name="Workers">Workers with which it began; null when that is not known.</param>
/// <param name="Blocks">Parameter blocks.</param>
/// <param name="Threads">Compute threads of the process; null where the workers are elsewhere.</param>
/// <param name="Notes">Remarks of the samples' reader, one sentence each; empty when unknown.</param>
internal sealed record RunHeading(
    JobId Job, JobSpecification Specification, string DataName, int Parameters, long StepsPerEpoch, long TotalSteps, long FromStep,
    int? Workers, int Blocks, int? Threads, IReadOnlyList<string> Notes);

/// <summary>How far a run is.</summary>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="Step">Steps done since the job's beginning.</param>
/// <param name="TrainLoss">Mean training loss over this epoch's done steps.</param>
/// <param name="TrainAccuracy">Share predicted right over this epoch's done steps; null for regression.</param>
/// <param name="Workers">Assigned workers.</param>
/// <param name="SamplesPerSecond">Of late; 0 when not known yet.</param>
/// <param name="TimeLeft">To the last epoch's end at that rate; null when not known yet.</param>
/// <param name="Checkpoint">The newest durable checkpoint's step; null before the first.</param>
internal sealed record RunProgress(
    int Epoch, long Step, double TrainLoss, double? TrainAccuracy, int Workers, double SamplesPerSecond, TimeSpan? TimeLeft, long? Checkpoint);

/// <summary>An epoch's end.</summary>
/// <param name="Job">The job.</param>
/// <param name="Step">Steps done since the job's beginning.</param>
/// <param name="Decision">Metrics, best or not, last or not.</param>
/// <param name="SamplesPerSecond">Over this epoch in this run, with its validation.</param>
/// <param name="Workers">Assigned workers at its end, as last reported; null for an epoch that was not followed.</param>
internal sealed record EpochRow(JobId Job, long Step, EpochDecided Decision, double SamplesPerSecond, int? Workers)
{
    /// <summary>The epoch, from 1.</summary>
    public int Epoch => Decision.Epoch + 1;

    /// <summary>Its metrics.</summary>
    public EpochMetrics Metrics => Decision.Metrics;
}
