using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>How a run of a job ended.</summary>
internal abstract record RunEnd;

/// <summary>The job is done.</summary>
/// <param name="Steps">Steps since the job's beginning.</param>
/// <param name="Reason">Why.</param>
/// <param name="Epochs">Every decided epoch.</param>
/// <param name="SamplesPerSecond">Over this run.</param>
/// <param name="Elapsed">From this run's first step to its end.</param>
/// <param name="Workers">Workers at the end; null for a job that was not followed.</param>
internal sealed record RunCompleted(
    long Steps, StopReason Reason, IReadOnlyList<EpochDecided> Epochs, double SamplesPerSecond, TimeSpan Elapsed, int? Workers) : RunEnd;

/// <summary>The run was interrupted; a checkpoint at the step is durable.</summary>
/// <param name="Step">0 when there was none yet.</param>
/// <param name="InTime">Whether the job paused within the bounded wait.</param>
internal sealed record RunInterrupted(long Step, bool InTime) : RunEnd;

/// <summary>Following ended; the job continues.</summary>
internal sealed record RunLeft : RunEnd;

/// <summary>The job failed, and why.</summary>
internal sealed record RunFailed(string Message) : RunEnd;
