using Distributed.Protocol.Messages;

namespace Distributed.Api.Client;

/// <summary>An event of a job, and the place in its stream.</summary>
/// <param name="Event">The event.</param>
/// <param name="Id">What <see cref="FollowOptions.LastEventId"/> takes to resume after it; null before the first event that has an id.</param>
public readonly record struct FollowedEvent(JobEvent Event, string? Id);

/// <summary>How a job is followed.</summary>
public sealed record FollowOptions
{
    /// <summary>The id of the last event that was seen, to resume after it; null to begin with <see cref="JobStarted"/> and the decided epochs.</summary>
    public string? LastEventId { get; init; }

    /// <summary>The number of the first epoch to hear of; what comes after <see cref="LastEventId"/> has precedence.</summary>
    public int FromEpoch { get; init; }

    /// <summary>How many of the decided epochs to begin with, 0 to hear of those to come alone; null to begin at <see cref="FromEpoch"/>.</summary>
    public int? Last { get; init; }

    /// <summary>How long a stream that breaks is taken up again without one event.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait between two attempts; the first is half a second, and each is twice the one before.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Called when the connection broke, with the cause; it is taken up again.</summary>
    public Action<string>? Interrupted { get; init; }

    /// <summary>Called when a stream that broke is there again.</summary>
    public Action? Resumed { get; init; }
}
