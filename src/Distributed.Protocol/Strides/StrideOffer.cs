using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Strides;

/// <summary>
/// From a block to the only worker of its job, with the weights of a step: make the following steps yourself, in the block's own memory. Never leaves
/// the process. A worker strides when all blocks offer the same step.
/// </summary>
/// <param name="Loan">Who has the memory.</param>
/// <param name="From">The version of <paramref name="Weights"/>.</param>
/// <param name="Limit">The last version that the stride may reach: an epoch's end or a checkpoint.</param>
/// <param name="Range">The block's range of the flat parameter vector.</param>
/// <param name="Weights">The newest weights [range].</param>
/// <param name="Previous">The weights of the version before [range]; the next version replaces them.</param>
/// <param name="State">The optimizer's state vectors, concatenated [vectors × range].</param>
/// <param name="Totals">Block 0: sums over the epoch's completed steps.</param>
public sealed record StrideOffer(
    IStrideLoan Loan, long From, long Limit, IndexRange Range, Memory<float> Weights, Memory<float> Previous, Memory<float> State, ShardMetrics Totals)
{
    /// <summary>Takes the memory of all blocks, or of none.</summary>
    public static bool TryTakeAll(IReadOnlyList<StrideOffer> offers)
    {
        for (var i = 0; i < offers.Count; i++)
        {
            if (offers[i].Loan.TryTake()) continue;
            for (var taken = 0; taken < i; taken++) offers[taken].GiveBackUnused();
            return false;
        }
        return true;
    }

    /// <summary>Gives taken memory back as it was.</summary>
    public void GiveBackUnused() => Loan.GiveBack(new StrideOutcome(From, Totals));
}
