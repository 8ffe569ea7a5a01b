using Distributed.Protocol.Coordinator.Context;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>What the coordinator knows of a block.</summary>
internal sealed class BlockView
{
    public bool IsKnown; // has answered this coordinator
    public long Incarnation;
    public long Asked; // the last query sent to it
    public long Answered; // the last query it answered
    public long Told; // the lineage this incarnation was told to load
    public long AcknowledgedNumber; // of the assignment
    public TimeSpan AskAt;
    public TimeSpan PingAt;
    public bool IsLeaving; // its node shuts down
    public BlockPosition Last; // as last reported
    public TimingPair Timings; // update and wait, for display only

    /// <summary>A new incarnation holds nothing yet.</summary>
    public void Succeed(long incarnation)
    {
        Incarnation = incarnation;
        Told = Last.Lineage = Last.Step = 0;
        AskAt = TimeSpan.Zero;
    }

    /// <summary>The block ended and reported it: the next incarnation that answers is the block, and loses nothing further.</summary>
    public void Forget()
    {
        Succeed(0);
        IsKnown = false;
    }

    /// <summary>The same block in the next lineage: queried at once, and on a node that is staying as far as the coordinator knows.</summary>
    public BlockView ForNextLineage()
    {
        var next = (BlockView)MemberwiseClone();
        next.AskAt = TimeSpan.Zero;
        next.IsLeaving = false;
        return next;
    }
}

/// <summary>Where a block is, as it reports.</summary>
internal struct BlockPosition
{
    public long Lineage;
    public long Step;
    public long? Copied; // the step of an open checkpoint it holds a copy of
    public TimeSpan At; // when it last answered
}
