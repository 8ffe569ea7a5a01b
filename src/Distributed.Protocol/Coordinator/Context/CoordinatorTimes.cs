namespace Distributed.Protocol.Coordinator.Context;

/// <summary>Waits of a <see cref="TrainingRun"/>.</summary>
public sealed record CoordinatorTimes
{
    /// <summary>Commands that were not acknowledged are sent again after this long.</summary>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Watchers hear that nobody computes after this long.</summary>
    public TimeSpan SayWaitingAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Workers that come one after the other are assigned together, so often. One that goes is replaced at once.</summary>
    public TimeSpan AssignEvery { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Every block is asked where it is after this long: one that was lost quietly is started again, and says so.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The best epoch's weights are kept in memory alone for at most this long; a newer best meanwhile saves their way into the store.</summary>
    public TimeSpan KeepBestFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A job that is to rest waits this long for somebody who computes before it goes back to its last checkpoint.</summary>
    public TimeSpan IdleBeforeRest { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A job that is held so that blocks can move goes on without the move after this long.</summary>
    public TimeSpan MoveWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A cancelled job whose block 0 withholds nothing yet takes the work from its workers after this long, and rests where its blocks stand.</summary>
    public TimeSpan CancelHoldWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A cancelled job ends after this long at the checkpoint that it has, or without weights; only a store that is at its last one is waited for.</summary>
    public TimeSpan CancelWithin { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>A late worker is given no shards for this long.</summary>
    public TimeSpan LatePenalty { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shares follow measured speeds at most so often.</summary>
    public TimeSpan ReplanEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A worker that was given nothing for this long, because it was slow, is taken for twice as fast as it was: perhaps its machine is free
    /// again, and only a shard can tell.
    /// </summary>
    public TimeSpan SpeedStaleAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// When two workers agree on a shard and what was counted is something else that nobody has claimed, its worker is waited for this long before
    /// the job goes back without knowing who it was.
    /// </summary>
    public TimeSpan OwnUpWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The journal is summed up after so many events, or as many as there are decided epochs, whichever is more: the store stays bounded, and
    /// what is written for it stays in proportion.
    /// </summary>
    public int SummarizeAfter { get; init; } = 256;

    /// <summary>Stored parts that belong to nothing are looked for after so many checkpoints, and with each lineage.</summary>
    public int SweepAfter { get; init; } = 64;
}
