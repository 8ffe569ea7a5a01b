using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Queue;

/// <summary>A job in a list.</summary>
public sealed record JobSummary
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>Its phase.</summary>
    public required JobPhase State { get; init; }

    /// <summary>Why it waits, or how it failed; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The name of its built-in or uploaded data set, for display.</summary>
    public required string Data { get; init; }

    /// <summary>Who submitted it: a key's name or a token's subject; null where the gateway asked for none.</summary>
    public string? Owner { get; init; }

    /// <summary>When it was submitted (UTC).</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When it first got its turn (UTC); null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended (UTC); null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Number of jobs ahead of it; null unless it is queued.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Decided epochs.</summary>
    public int Epochs { get; init; }

    /// <summary>The maximum number of epochs.</summary>
    public int MaximumEpochs { get; init; }

    /// <summary>Steps done, as far as known.</summary>
    public long Step { get; init; }

    /// <summary>Steps of all epochs.</summary>
    public long TotalSteps { get; init; }

    /// <summary>The last decided epoch's metrics; null before.</summary>
    public EpochMetrics? Metrics { get; init; }

    /// <summary>
    /// SHA-256 of the final weights: the flat parameter vector as little-endian float32, lower-case hex. Null until the job ends, and for a job that
    /// failed or has no weights.
    /// </summary>
    public string? WeightsSha256 { get; init; }
}
