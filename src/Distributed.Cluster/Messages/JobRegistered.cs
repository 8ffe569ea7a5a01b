using Distributed.Data.Encodings;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Messages;

/// <summary>In the directory's journal: a job was submitted.</summary>
/// <param name="Job">Its name.</param>
/// <param name="SubmittedAt">When (UTC).</param>
/// <param name="Source">Where its samples come from.</param>
public sealed record JobRegistered(JobId Job, DateTimeOffset SubmittedAt, DataSettings Source);
