using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.Compute;

/// <summary>What the threads of a stride share: both versions of the weights as flat vectors, and the leaves of the open step.</summary>
internal sealed class StrideMemory : IDisposable
{
    // Leaves stay apart until a step's update, so that each thread can sum its own elements.
    private const long MostLeafBytes = 64 << 20;
    private const int AlwaysLeaves = 2;

    private readonly GradientBuffer[] _buffers;
    private readonly BlockLayout _parts;

    private StrideMemory(GradientBuffers buffers, int leaves, BlockLayout parts, Memory<float> weights, Memory<float> previous)
    {
        _parts = parts;
        _buffers = [.. Enumerable.Range(0, leaves).Select(_ => buffers.Rent())];
        Gradients = [.. _buffers.Select(buffer => buffer.Memory)];
        Metrics = new ShardMetrics[leaves];
        Weights = weights;
        Previous = previous;
    }

    /// <summary>The leaves' gradients [leaves][parameters].</summary>
    public IReadOnlyList<Memory<float>> Gradients { get; }

    /// <summary>The leaves' metrics [leaves].</summary>
    public ShardMetrics[] Metrics { get; }

    /// <summary>The vector with the version that the stride begins from [parameters].</summary>
    public Memory<float> Weights { get; }

    /// <summary>The vector with the version before it [parameters].</summary>
    public Memory<float> Previous { get; }

    /// <summary>
    /// Rents the memory of a stride. Null when the blocks' memory is not in one vector for each version (they would have to be copied in every step), or
    /// the leaves of a step take too much.
    /// </summary>
    /// <param name="buffers">The worker's gradient buffers.</param>
    /// <param name="leaves">The most leaves of a step.</param>
    /// <param name="parts">The parameters, divided among the threads.</param>
    /// <param name="offers">One per block, in the order of the flat vector.</param>
    public static StrideMemory? TryRent(GradientBuffers buffers, int leaves, BlockLayout parts, IReadOnlyList<StrideOffer> offers)
    {
        var parameters = parts.ParameterCount;
        if (leaves > AlwaysLeaves && sizeof(float) * (long)leaves * parameters > MostLeafBytes) return null;
        return TryFindVector(parameters, offers, offer => offer.Weights, out var weights) && TryFindVector(parameters, offers, offer => offer.Previous, out var previous)
            ? new StrideMemory(buffers, leaves, parts, weights, previous)
            : null;
    }

    /// <summary>The leaf's gradient [parameters].</summary>
    public Span<float> Gradient(int leaf) => _buffers[leaf].Span;

    /// <summary>The parameters that a lane updates; none when there are fewer parts than lanes.</summary>
    public IndexRange PartOf(int lane) => lane < _parts.Count ? _parts[lane] : default;

    /// <summary>Returns the leaves' memory.</summary>
    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
    }

    private static bool TryFindVector(int parameters, IReadOnlyList<StrideOffer> offers, Func<StrideOffer, Memory<float>> part, out Memory<float> vector)
    {
        vector = default;
        for (var i = 0; i < offers.Count; i++)
        {
            if (!AlignedBuffer.TryFind(part(offers[i]), parameters, offers[i].Range.First, out var found) || (i > 0 && !found.Equals(vector))) return false;
            vector = found;
        }
        return true;
    }
}
