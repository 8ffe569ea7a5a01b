using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Journal;

/// <summary>Decisions at the end of an epoch: pure functions of exact totals, so that a new coordinator reaches the same decision.</summary>
internal static class EpochDecisions
{
    /// <summary>Decides after an epoch; pure.</summary>
    /// <param name="rules">When the job ends early.</param>
    /// <param name="epoch">The epoch that ended, from 0.</param>
    /// <param name="epochs">The most epochs that the job runs.</param>
    /// <param name="metrics">That epoch's metrics.</param>
    /// <param name="best">The best of the earlier epochs; null for the first one.</param>
    public static EpochDecided Decide(this StopRules rules, int epoch, int epochs, EpochMetrics metrics, EpochDecided? best)
    {
        var isBest = best is null || metrics.DecidingLoss < best.Metrics.DecidingLoss; // the earlier epoch wins a tie
        var sinceBest = isBest ? 0 : epoch - best!.Epoch;
        StopReason? stop =
            rules.TargetAccuracy is { } accuracy && metrics.ValidationAccuracy >= accuracy ? StopReason.Target
            : rules.TargetLoss is { } loss && metrics.DecidingLoss <= loss ? StopReason.Target
            : rules.Patience is { } patience && sinceBest >= patience ? StopReason.Patience
            : epoch + 1 >= epochs ? StopReason.Epochs
            : null;
        return new EpochDecided(epoch, isBest, stop, metrics);
    }

    /// <summary>The epoch with the lowest loss so far, the earlier one on a tie; null before the first.</summary>
    public static EpochDecided? Best(IReadOnlyList<EpochDecided> decisions)
    {
        for (var i = decisions.Count - 1; i >= 0; i--)
            if (decisions[i].IsBest) return decisions[i];
        return null;
    }
}
