using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Protocol.Queue;

/// <summary>A job's phase: <c>queued → running ⇄ paused → completed | failed | cancelled</c>.</summary>
[JsonConverter(typeof(JobPhaseConverter))]
public enum JobPhase
{
    /// <summary>It waits for its turn or for workers; the reason says which.</summary>
    Queued,

    /// <summary>It has its turn.</summary>
    Running,

    /// <summary>A person paused it; the pause may still be pending until the next step.</summary>
    Paused,

    /// <summary>A stop rule applied or the last epoch ended.</summary>
    Completed,

    /// <summary>It cannot continue; the message says why.</summary>
    Failed,

    /// <summary>A person cancelled it.</summary>
    Cancelled,
}

/// <summary>A job's phase as a lower-case word.</summary>
public sealed class JobPhaseConverter() : JsonStringEnumConverter<JobPhase>(JsonNamingPolicy.CamelCase);
