using Distributed.Learning.Metrics;

namespace Distributed.Protocol.Planning;

/// <summary>Sums over an epoch's completed steps, accumulated in step order as double.</summary>
internal static class EpochTotals
{
    /// <summary>Adds a step's sums to those of the epoch's steps before it; an epoch's first step begins anew.</summary>
    /// <param name="plan">The job's steps.</param>
    /// <param name="totals">The sums before the step.</param>
    /// <param name="step">The step.</param>
    /// <param name="metrics">The step's sums.</param>
    public static ShardMetrics Add(EpochPlan plan, in ShardMetrics totals, long step, in ShardMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return step % plan.StepsPerEpoch == 0 ? metrics : ShardMetrics.Add(totals, metrics);
    }
}
