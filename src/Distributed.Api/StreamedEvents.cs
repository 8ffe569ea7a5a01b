using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;

namespace Distributed.Api;

/// <summary>
/// The data of each event of a stream by the event's name (<see cref="ApiEvents"/>). No answer has this form; it is in the OpenAPI document, so that
/// generated clients have the types.
/// </summary>
public sealed record StreamedEvents
{
    /// <summary>The job's phase, first of all.</summary>
    public JobStateChanged? State { get; init; }

    /// <summary>Its first assignment.</summary>
    public JobStarted? Started { get; init; }

    /// <summary>How far it is.</summary>
    public JobProgressed? Progress { get; init; }

    /// <summary>A decided epoch.</summary>
    public EpochEnded? Epoch { get; init; }

    /// <summary>The newest checkpoint.</summary>
    public CheckpointSaved? Checkpoint { get; init; }

    /// <summary>The number of assigned workers.</summary>
    public WorkersChanged? Workers { get; init; }

    /// <summary>It cannot continue for now.</summary>
    public JobWaiting? Waiting { get; init; }

    /// <summary>It went back to a checkpoint.</summary>
    public JobRewound? Rewound { get; init; }

    /// <summary>It was paused.</summary>
    public JobPaused? Paused { get; init; }

    /// <summary>It ended; the last event.</summary>
    public JobFinished? Finished { get; init; }
}
