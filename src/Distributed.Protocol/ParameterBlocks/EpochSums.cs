using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>What block 0 keeps beyond its parameters: the epoch's running totals, the validation tree, a hold.</summary>
internal sealed class EpochSums
{
    /// <summary>Sums of the epoch's done steps, step after step in double.</summary>
    public ShardMetrics Totals { get; private set; }

    /// <summary>The validation tree of the boundary where the block stands; without leaves when nothing is evaluated.</summary>
    public PartialSum<ShardMetrics> Evaluation { get; } = new(new MetricsSum());

    /// <summary>A coordinator asked to withhold the next weights.</summary>
    public bool WantsHold { get; set; }

    /// <summary>The newest weights are withheld.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Something was not finite: nothing is applied any more.</summary>
    public bool HasDiverged { get; set; }

    /// <summary>When missing validation nodes are asked for.</summary>
    public TimeSpan AskAt { get; set; }

    /// <summary>When missing validation nodes are called late.</summary>
    public TimeSpan LateAt { get; set; }

    /// <summary>Adds a step's sums.</summary>
    public void Add(ShardMetrics step, bool beginsEpoch) => Totals = beginsEpoch ? step : ShardMetrics.Add(Totals, step);

    /// <summary>Continues from a checkpoint's totals.</summary>
    public void Restore(ShardMetrics totals) => Totals = totals;
}
