using Distributed.Data.Encodings;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Messages;

/// <summary>Directory journal event: a job was submitted.</summary>
/// <param name="Job">The job's name.</param>
/// <param name="SubmittedAt">The time of submission (UTC).</param>
/// <param name="Source">The source of its samples.</param>
/// <param name="EncodingId">Where the fitted encoding is stored; null for a queued job, whose queue knows it, and for one of an earlier release.</param>
public sealed record JobRegistered(JobId Job, DateTimeOffset SubmittedAt, DataSettings Source, string? EncodingId = null)
{
    /// <summary>The search that it is a trial of; null for a job of its own. A search names itself.</summary>
    public JobId? Search { get; init; }
}
