using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Messages;

/// <summary>An event for watchers of a job, from its coordinator. Facts only; losing one loses no result.</summary>
public abstract record JobEvent(JobId Job);

/// <summary>
/// Steps begin to be computed. On a job's stream: the job's first assignment, sent once, before everything that was computed, and the same to every
/// reader however late, because it is in the journal. From a coordinator: its own first assignment, even when it continues another's job; a stream
/// reports that as <see cref="WorkersChanged"/>.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="FromStep">Step 0; from a coordinator that continues a job, the step of the last loaded checkpoint.</param>
/// <param name="TotalSteps">Steps of all epochs.</param>
/// <param name="StepsPerEpoch">Steps of one epoch.</param>
/// <param name="Workers">
/// Workers assigned at that time, not now; null where the journal does not record them: an earlier release began the job, or its coordinator died at
/// that moment and the steps continued without it.
/// </param>
public sealed record JobStarted(JobId Job, long FromStep, long TotalSteps, long StepsPerEpoch, int? Workers) : JobEvent(Job);

/// <summary>The job's progress; several times a second while it runs, never per step.</summary>
/// <param name="Job">The job.</param>
/// <param name="Epoch">The current epoch, from 0.</param>
/// <param name="Step">Steps done since the job began.</param>
/// <param name="Samples">Samples of this epoch's done steps.</param>
/// <param name="TrainLoss">Mean training loss over this epoch's done steps.</param>
/// <param name="TrainAccuracy">Share predicted right over this epoch's done steps; null for regression.</param>
/// <param name="Workers">Assigned workers.</param>
public sealed record JobProgressed(JobId Job, int Epoch, long Step, long Samples, double TrainLoss, double? TrainAccuracy, int Workers) : JobEvent(Job);

/// <summary>An epoch ended and was decided.</summary>
/// <param name="Job">The job.</param>
/// <param name="Step">Steps done since the job began.</param>
/// <param name="Decision">Its metrics, whether it is the best so far, and whether it is the last.</param>
public sealed record EpochEnded(JobId Job, long Step, EpochDecided Decision) : JobEvent(Job);

/// <summary>A checkpoint is durable.</summary>
public sealed record CheckpointSaved(JobId Job, long Step) : JobEvent(Job);

/// <summary>The number of assigned workers: sent when it changes, and to watchers that join later.</summary>
public sealed record WorkersChanged(JobId Job, int Workers) : JobEvent(Job);

/// <summary>The job cannot continue for now, with the reason; the next progress event means that it has resumed.</summary>
public sealed record JobWaiting(JobId Job, string Reason) : JobEvent(Job);

/// <summary>A block's memory was lost; all blocks rewind to a checkpoint.</summary>
public sealed record JobRewound(JobId Job, long ToStep, string Reason) : JobEvent(Job);

/// <summary>The job was paused on request: nothing is computed, a checkpoint at <paramref name="Step"/> is durable.</summary>
public sealed record JobPaused(JobId Job, long Step) : JobEvent(Job);

/// <summary>The end: its final checkpoint is durable (except for a failed job, which keeps its last one).</summary>
public sealed record JobFinished(JobId Job, JobEnded End) : JobEvent(Job);
