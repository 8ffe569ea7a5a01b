namespace Distributed.Protocol.Coordinator.Context;

/// <summary>Waits of a <see cref="TrainingRun"/>.</summary>
internal sealed record CoordinatorTimes
{
    /// <summary>Delay before unacknowledged commands are resent.</summary>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Delay before watchers hear that no worker is computing.</summary>
    public TimeSpan SayWaitingAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Interval at which newly arrived workers are assigned together. A worker that leaves is replaced at once.</summary>
    public TimeSpan AssignEvery { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Interval at which every block is asked for its state: one that was lost silently is restarted and reports it.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the best epoch's weights may stay in memory only; a newer best within this time saves a write to the store.</summary>
    public TimeSpan KeepBestFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a job that must rest waits for a worker to compute before it rewinds to its last checkpoint.</summary>
    public TimeSpan IdleBeforeRest { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a job is held for blocks to move before it continues without the move.</summary>
    public TimeSpan MoveWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a cancelled job waits for block 0 to withhold weights; then it withdraws the work from its workers and rests where its blocks stand.
    /// </summary>
    public TimeSpan CancelHoldWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long before a cancelled job ends at its existing checkpoint, or without weights; only a store writing its last checkpoint is waited for.
    /// </summary>
    public TimeSpan CancelWithin { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a late worker gets no shards.</summary>
    public TimeSpan LatePenalty { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Minimum interval between changes of shares to follow measured speeds.</summary>
    public TimeSpan ReplanEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a slow worker is given nothing before its speed is taken as twice the last measurement: its machine may be free again, and only a
    /// shard can show that.
    /// </summary>
    public TimeSpan SpeedStaleAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// When two workers agree on a shard and the counted result is another that no worker has claimed, how long to wait for its worker before the job
    /// rewinds without identifying it.
    /// </summary>
    public TimeSpan OwnUpWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A job that rewinds this often without a step between, for at least <see cref="FruitlessTime"/>, fails: it must not hold the queue.</summary>
    public int FruitlessRewinds { get; init; } = 20;

    /// <summary>How long a job may rewind without a step between.</summary>
    public TimeSpan FruitlessTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The journal is summarized after this many events, or as many as there are decided epochs, whichever is larger: this bounds the store and keeps
    /// write volume proportional.
    /// </summary>
    public int SummarizeAfter { get; init; } = 256;

    /// <summary>Orphaned parts are swept after this many checkpoints, and with each lineage.</summary>
    public int SweepAfter { get; init; } = 64;
}
