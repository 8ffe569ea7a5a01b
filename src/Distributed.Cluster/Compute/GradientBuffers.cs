using System.Collections.Concurrent;
using Distributed.Learning;
using Distributed.Protocol;
using Distributed.Tensors;

namespace Distributed.Cluster;

/// <summary>The memory of one node's gradient [parameters], used again and again.</summary>
internal sealed class GradientBuffer(int parameters) : IComputedNode
{
    private readonly AlignedBuffer _buffer = new(parameters);

    public ReductionNode Node { get; set; }

    public ShardMetrics Metrics { get; set; }

    public Span<float> Span => _buffer.Span;

    public ReadOnlyMemory<float> Gradient => _buffer.Memory;
}

/// <summary>
/// A worker's spare gradient buffers. There are never more than threads × (levels of the reduction tree) plus those that the ledger keeps,
/// since leaves are taken in ascending order and siblings are summed as they meet.
/// </summary>
internal sealed class GradientBuffers(int parameters)
{
    private readonly ConcurrentStack<GradientBuffer> _spare = new();

    public GradientBuffer Rent() => _spare.TryPop(out var buffer) ? buffer : new GradientBuffer(parameters);

    public void Return(GradientBuffer buffer) => _spare.Push(buffer);
}
