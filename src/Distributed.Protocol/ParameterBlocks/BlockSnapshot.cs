using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>One block's state at a step, for storing. The memory is the block's own: it is copied before the call that passes it returns.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block.</param>
/// <param name="Lineage">The lineage.</param>
/// <param name="Step">The version of the weights.</param>
/// <param name="Range">The block's range of the flat parameter vector.</param>
/// <param name="Weights">[range].</param>
/// <param name="State">The optimizer's state vectors, concatenated [vectors × range].</param>
/// <param name="Totals">Block 0: running sums of the current epoch.</param>
internal sealed record BlockSnapshot(
    JobId Job, int Block, long Lineage, long Step, IndexRange Range, ReadOnlyMemory<float> Weights, ReadOnlyMemory<float> State, ShardMetrics Totals);

/// <summary>A stored part, read and verified.</summary>
/// <param name="Start">First parameter.</param>
/// <param name="Weights">[count].</param>
/// <param name="State">The optimizer's state vectors, concatenated [vectors × count]; empty when the optimizer starts afresh.</param>
internal sealed record LoadedPart(int Start, ReadOnlyMemory<float> Weights, ReadOnlyMemory<float> State)
{
    /// <summary>Parameters of the part.</summary>
    public int Count => Weights.Length;
}
