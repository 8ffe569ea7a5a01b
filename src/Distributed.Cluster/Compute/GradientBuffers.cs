using System.Collections.Concurrent;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Workers;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.Compute;

/// <summary>The memory of one node's gradient [parameters]; reused once neither the worker nor a socket holds it.</summary>
internal sealed class GradientBuffer(int parameters, GradientBuffers home) : IComputedNode, IDisposable
{
    private readonly AlignedBuffer _buffer = new(parameters);
    private int _holders;

    public ReductionNode Node { get; set; }

    public ShardMetrics Metrics { get; set; }

    public Span<float> Span => _buffer.Span;

    public Memory<float> Memory => _buffer.Memory;

    public ReadOnlyMemory<float> Gradient => _buffer.Memory;

    /// <summary>Adds a holder. Each holder calls <see cref="Dispose"/> exactly once.</summary>
    public IDisposable Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0) home.Take(this);
    }
}

/// <summary>
/// A worker's pool of gradient buffers. It never exceeds threads × (levels of the reduction tree), plus the buffers kept by the ledger or queued for
/// sending, because leaves are taken in ascending order and siblings are summed as soon as both are complete.
/// </summary>
internal sealed class GradientBuffers(int parameters)
{
    private readonly ConcurrentStack<GradientBuffer> _spare = new();

    public GradientBuffer Rent()
    {
        var buffer = _spare.TryPop(out var spare) ? spare : new GradientBuffer(parameters, this);
        buffer.Hold();
        return buffer;
    }

    internal void Take(GradientBuffer buffer) => _spare.Push(buffer);
}
