using Distributed.Learning.Networks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Strides;

namespace Distributed.Cluster.Compute;

/// <summary>A worker's strides, one at a time: how many threads take part, and in which memory.</summary>
/// <param name="specification">The job.</param>
/// <param name="plan">Its steps.</param>
/// <param name="network">Its network.</param>
/// <param name="threads">The worker's threads.</param>
/// <param name="weights">The weights as kernels read them.</param>
/// <param name="buffers">The memory of gradients.</param>
internal sealed class StrideOrders(
    JobSpecification specification, EpochPlan plan, Network network, int threads, StepWeights weights, GradientBuffers buffers)
{
    // Above this, a part of an update is worth a wake-up even for a thread that has no shard to compute.
    private const int LargeUpdate = 1 << 18;

    private readonly int _leaves = plan.ShardCount(0);
    private StrideOrder? _current;

    /// <summary>Takes the offers. Null when one is withdrawn by now, or this worker cannot stride.</summary>
    public StrideOrder? TryBegin(long lineage, IReadOnlyList<StrideOffer> offers)
    {
        var lanes = network.Layout.Count >= LargeUpdate ? threads : Math.Min(threads, _leaves);
        if (StrideMemory.TryRent(buffers, _leaves, new BlockLayout(network.Layout.Count, lanes), offers) is not { } memory) return null;
        if (!StrideOffer.TryTakeAll(offers))
        {
            memory.Dispose();
            return null;
        }
        return _current = new StrideOrder(lineage, lanes, new Stride(specification, plan, offers), memory, weights, specification.GradientFormat);
    }

    /// <summary>Ends a stride from a version before this one at its next step boundary.</summary>
    public void AbandonBefore(long lineage, long version)
    {
        if (_current is { } current && (current.Lineage, current.Version).CompareTo((lineage, version)) < 0) current.Stop();
    }
}
