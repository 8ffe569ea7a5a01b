using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Queue;

/// <summary>A job's phase, sent on every change and first on every stream. Not a coordinator's job event: the queue sends it.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">The phase.</param>
/// <param name="Reason">Why it waits, or how it failed; null otherwise.</param>
/// <param name="QueuePosition">Number of jobs ahead of it; null unless it is queued.</param>
public sealed record JobStateChanged(JobId Job, JobPhase State, string? Reason, int? QueuePosition) : JobEvent(Job);
