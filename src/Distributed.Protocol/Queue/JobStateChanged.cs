using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Queue;

/// <summary>Where a job stands, whenever that changes, and first of all on every stream. It has no job event of its own: a queue says it, not a coordinator.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Reason">Why it waits, or how it failed; null otherwise.</param>
/// <param name="QueuePosition">How many jobs come before it; null unless it is queued.</param>
public sealed record JobStateChanged(JobId Job, JobPhase State, string? Reason, int? QueuePosition) : JobEvent(Job);
