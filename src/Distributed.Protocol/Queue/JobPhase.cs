using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Protocol.Queue;

/// <summary>Where a job stands: <c>queued → running ⇄ paused → completed | failed | cancelled</c>.</summary>
[JsonConverter(typeof(JobPhaseConverter))]
public enum JobPhase
{
    /// <summary>It waits for its turn or for workers; the reason says for which.</summary>
    Queued,

    /// <summary>It has its turn.</summary>
    Running,

    /// <summary>A person paused it, or wants it to pause at the next step.</summary>
    Paused,

    /// <summary>A stop rule ended it, or its last epoch.</summary>
    Completed,

    /// <summary>It cannot go on; the message says why.</summary>
    Failed,

    /// <summary>A person ended it.</summary>
    Cancelled,
}

/// <summary>Where a job stands as a word in lower case.</summary>
public sealed class JobPhaseConverter() : JsonStringEnumConverter<JobPhase>(JsonNamingPolicy.CamelCase);
