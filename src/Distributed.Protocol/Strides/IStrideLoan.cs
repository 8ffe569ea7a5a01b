using Distributed.Learning.Metrics;

namespace Distributed.Protocol.Strides;

/// <summary>
/// Who has a block's memory: offered by the block, then either withdrawn by it or taken by the worker, and in the end given back. Block and worker are
/// in one process and share it; its calls may come from any thread.
/// </summary>
public interface IStrideLoan
{
    /// <summary>The worker takes the memory. False when the block has withdrawn the offer, or it was taken before.</summary>
    bool TryTake();

    /// <summary>The block withdraws the offer. False when the worker has taken it: the memory is the worker's until it is given back.</summary>
    bool TryWithdraw();

    /// <summary>Whether the worker has taken the memory; true also after it gave it back.</summary>
    bool IsTaken { get; }

    /// <summary>The block wants its memory back at the next step boundary.</summary>
    void Recall();

    /// <summary>Whether the block wants its memory back.</summary>
    bool IsRecalled { get; }

    /// <summary>The worker gives the memory back; it does not touch it again.</summary>
    void GiveBack(StrideOutcome outcome);

    /// <summary>What the worker did; null until it gives the memory back.</summary>
    StrideOutcome? Outcome { get; }
}

/// <summary>Where a stride ended.</summary>
/// <param name="Step">The version of the weights: steps done.</param>
/// <param name="Totals">Sums over the epoch's completed steps.</param>
public sealed record StrideOutcome(long Step, ShardMetrics Totals)
{
    /// <summary>Whether loss, gradient or weights of the open step are not finite.</summary>
    public bool HasDiverged { get; init; }

    /// <summary>The first shard whose loss or gradient is not finite; null when a weight is not.</summary>
    public int? BadShard { get; init; }

    /// <summary>Why the memory is no longer usable: an exception in the middle of an update. Null when it is.</summary>
    public string? Damage { get; init; }
}
