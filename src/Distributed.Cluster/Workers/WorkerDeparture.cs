using Akka.Actor;
using Distributed.Cluster.Messages;

namespace Distributed.Cluster.Workers;

/// <summary>
/// A worker's departure when its node shuts down: it may stop once nothing has arrived for a while, because the blocks have then switched to other
/// workers.
/// </summary>
internal sealed class WorkerDeparture
{
    private static readonly TimeSpan QuietBeforeLeaving = TimeSpan.FromMilliseconds(150);

    private IActorRef? _replyTo; // until the request is answered
    private TimeSpan _quietSince; // the last weights, or the request

    /// <summary>Whether the node shuts down: the worker takes no more shards.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Weights have arrived: some block still counts on this worker.</summary>
    public void OnWeights(TimeSpan now) => _quietSince = now;

    /// <summary>The node shuts down. A request that is still unanswered stays the one that is answered.</summary>
    public void Begin(IActorRef replyTo, TimeSpan now)
    {
        HasBegun = true;
        if (_replyTo is not null) return;
        (_replyTo, _quietSince) = (replyTo, now);
    }

    /// <summary>Whether a request waits for its answer and it has been quiet for long enough.</summary>
    public bool IsQuiet(TimeSpan now) => _replyTo is not null && now - _quietSince >= QuietBeforeLeaving;

    /// <summary>Answers the request.</summary>
    public void Answer(ShardsFinished answer)
    {
        _replyTo?.Tell(answer);
        _replyTo = null;
    }
}
