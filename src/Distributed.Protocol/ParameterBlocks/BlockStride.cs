using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Strides;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// A block's side of strides: offers its memory to a worker that computes alone beside it, and waits for it. While the memory is away, the block does
/// nothing that needs it.
/// </summary>
internal sealed class BlockStride(BlockSite site, BlockWeights weights)
{
    private IStrideLoan? _loan; // null while nothing is offered

    /// <summary>Offers the newest weights' step and the following ones. Null when the worker is elsewhere, or the versions of the weights are.</summary>
    /// <param name="worker">The only worker that computes.</param>
    /// <param name="limit">The last version that the stride may reach.</param>
    /// <param name="totals">Sums over the epoch's completed steps.</param>
    public StrideOffer? TryOffer(WorkerId worker, long limit, ShardMetrics totals)
    {
        if (limit <= weights.Step || weights.Previous.IsEmpty || site.Effects.OfferStride(worker) is not { } loan) return null;
        _loan = loan;
        return new StrideOffer(loan, weights.Step, limit, weights.Range, weights.Current, weights.Previous, weights.OptimizerState, totals);
    }

    /// <summary>Whether the memory is away; an offer that was not taken is withdrawn.</summary>
    public bool IsAway()
    {
        if (_loan is null) return false;
        if (!_loan.TryWithdraw()) return true;
        _loan = null;
        return false;
    }

    /// <summary>Whether a worker has the memory; an offer stays open.</summary>
    public bool IsTaken => _loan?.IsTaken == true;

    /// <summary>Wants the memory back.</summary>
    public void Recall() => _loan?.Recall();

    /// <summary>Takes the memory back. Null when it is still away, or never was.</summary>
    public StrideOutcome? TakeBack()
    {
        if (_loan?.Outcome is not { } outcome) return null;
        _loan = null;
        return outcome;
    }
}
