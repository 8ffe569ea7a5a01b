using Distributed.Api;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Queue;

namespace Distributed.Dashboard.Gateway;

/// <summary>What a gateway tells of its cluster, for all pages together. Readers may see it.</summary>
internal interface IClusterSource
{
    /// <summary>The cluster at this moment.</summary>
    Task<ClusterPicture> ReadAsync(CancellationToken cancellation);

    /// <summary>A job's events: what is known of it, and then what comes; ends with the job.</summary>
    IAsyncEnumerable<JobEvent> FollowAsync(string job, CancellationToken cancellation);
}

/// <summary>A cluster at one moment.</summary>
/// <param name="At">The moment (UTC).</param>
/// <param name="Nodes">Its members.</param>
/// <param name="Jobs">The newest jobs, newest first.</param>
/// <param name="HasMoreJobs">Whether there are older ones.</param>
/// <param name="Datasets">Uploaded data sets.</param>
/// <param name="StoredBytes">Bytes of the store's file and of the uploads on this gateway; null where the store is elsewhere.</param>
/// <param name="Trouble">Why the gateway cannot serve for now; null when it can.</param>
internal sealed record ClusterPicture(
    DateTimeOffset At, IReadOnlyList<NodeInfo> Nodes, IReadOnlyList<JobSummary> Jobs, bool HasMoreJobs, IReadOnlyList<Dataset> Datasets, long? StoredBytes, string? Trouble)
{
    /// <summary>When each member last told its load (UTC), by address; a member that never did has none.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> LastAnswers { get; init; } = new Dictionary<string, DateTimeOffset>();
}
