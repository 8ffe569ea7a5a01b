using Distributed.Protocol.Messages;

namespace Distributed.Node.Events;

/// <summary>The newest event of each kind that matters only while it is new, with the picture's version at which it came.</summary>
internal sealed class JobNews
{
    public (long Version, JobProgressed Event)? Progress { get; set; }

    public (long Version, WorkersChanged Event)? Workers { get; set; }

    public (long Version, JobWaiting Event)? Waiting { get; set; }

    public (long Version, JobRewound Event)? Rewound { get; set; }

    public (long Version, JobPaused Event)? Paused { get; set; }
}
